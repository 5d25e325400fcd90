import type { Section, SessionDescription } from "./sessionDescription.ts";

/** One format of a stream: its payload type, and what it is. */
export interface Codec {
    readonly payload: number;
    /** As in `a=rtpmap`; names compare without regard to case. */
    readonly name: string;
    readonly rate: number;
    readonly channels: number;
}

/** Audio formats that need no `a=rtpmap` (RFC 3551 table 4). */
const STATIC_FORMATS: Readonly<Record<number, { readonly name: string; readonly rate: number }>> = {
    0: { name: "PCMU", rate: 8000 },
    3: { name: "GSM", rate: 8000 },
    4: { name: "G723", rate: 8000 },
    8: { name: "PCMA", rate: 8000 },
    9: { name: "G722", rate: 8000 },
    13: { name: "CN", rate: 8000 },
    15: { name: "G728", rate: 8000 },
    18: { name: "G729", rate: 8000 },
};

/** Formats that carry no voice and no picture of their own. */
const ACCOMPANYING = new Set(["telephone-event", "cn", "red", "ulpfec", "flexfec-03", "rtx"]);

/** The formats of a stream, most wanted first. Payload types that say nothing are left out. */
export function codecsOf(section: Section): readonly Codec[] {
    return payloadsOf(section).flatMap((payload) => {
        const mapped = section.rtp.find((entry) => entry.payload === payload);
        if (mapped !== undefined) {
            const { codec: name, rate = 8000, encoding } = mapped;
            return [{ payload, name, rate, channels: channelsOf(name, encoding) }];
        }
        const format = STATIC_FORMATS[payload];
        return format === undefined ? [] : [{ payload, ...format, channels: 1 }];
    });
}

/** Opus is always announced with two channels (RFC 7587, section 7), which some phones forget. */
function channelsOf(name: string, announced: number | undefined): number {
    return name.toLowerCase() === "opus" ? 2 : (announced ?? 1);
}

export function carriesMedia(codec: Codec): boolean {
    return !ACCOMPANYING.has(codec.name.toLowerCase());
}

export function hasName(codec: Codec, name: string): boolean {
    return codec.name.toLowerCase() === name.toLowerCase();
}

/** The same format, whatever its payload type. */
export function isSameCodec(one: Codec, other: Codec): boolean {
    return hasName(one, other.name) && one.rate === other.rate && one.channels === other.channels;
}

export function hasCodec(section: Section, codec: Codec): boolean {
    return codecsOf(section).some((other) => isSameCodec(codec, other));
}

/** Whether it has the payload type that is its own everywhere (RFC 3551). */
export function isStatic({ payload, name }: Codec): boolean {
    return STATIC_FORMATS[payload]?.name === name.toUpperCase();
}

/** The names of the voice codecs of a section, for messages. */
export function voiceNames(section: Section): readonly string[] {
    return [
        ...new Set(
            codecsOf(section)
                .filter(carriesMedia)
                .map((codec) => codec.name),
        ),
    ];
}

/** The section with the formats that `keep` accepts. */
export function withCodecs(section: Section, keep: (codec: Codec) => boolean): Section {
    const kept = codecsOf(section).filter(keep);
    const isKept = (entry: { readonly payload: number }): boolean =>
        kept.some((codec) => codec.payload === entry.payload);
    const isKeptFeedback = ({ payload }: { readonly payload: number | string }): boolean =>
        payload === "*" || isKept({ payload: Number(payload) });
    return {
        ...section,
        payloads: kept.map((codec) => codec.payload).join(" "),
        rtp: section.rtp.filter(isKept),
        fmtp: section.fmtp.filter(isKept),
        ...(section.rtcpFb === undefined ? {} : { rtcpFb: section.rtcpFb.filter(isKeptFeedback) }),
    };
}

/** Without the telephone events whose clock no voice format shares: they could not be sent within its stream (RFC 4733 2.1). */
export function withoutIdleEvents(section: Section): Section {
    const codecs = codecsOf(section);
    const rates = new Set(codecs.filter(carriesMedia).map((codec) => codec.rate));
    return withCodecs(section, (codec) => carriesMedia(codec) || rates.has(codec.rate));
}

/** The payload types of all streams: a number means one codec in everything that shares a transport (RFC 8843, section 10.1.2). */
export function payloadsIn({ media }: SessionDescription): readonly number[] {
    return [...new Set(media.flatMap(payloadsOf))];
}

export function payloadsOf(section: Section): readonly number[] {
    const tokens = (section.payloads ?? "").split(/\s+/).filter((token) => /^\d{1,3}$/.test(token));
    return [...new Set(tokens.map(Number))];
}
