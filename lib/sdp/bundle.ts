import { receives, sends, directionOf } from "./direction.ts";
import { isRejected, rejected } from "./rejection.ts";
import type { Section, SessionDescription } from "./sessionDescription.ts";

/**
 * A description with one section that has the formats of all streams: streams that share a transport (RFC 9143), for an
 * rtpengine that knows no bundles. It relays every payload type of the section, whatever that is.
 */
export function bundled(description: SessionDescription): SessionDescription {
    const streams = description.media.filter((section) => !isRejected(section));
    const [first] = streams;
    if (first === undefined) return description;
    const { rtcpFb: _rtcpFb, bandwidth: _bandwidth, ...transport } = first;
    const candidates = streams.find((stream) => stream.candidates !== undefined)?.candidates;
    return {
        ...description,
        media: [
            {
                ...transport,
                payloads: streams.map(({ payloads = "" }) => payloads).join(" "),
                rtp: streams.flatMap(({ rtp }) => rtp),
                fmtp: streams.flatMap(({ fmtp }) => fmtp),
                direction: directionOf(
                    streams.some(({ direction = "sendrecv" }) => sends(direction)),
                    streams.some(({ direction = "sendrecv" }) => receives(direction)),
                ),
                ...(candidates === undefined ? {} : { candidates }),
            },
        ],
    };
}

/** The streams of a bundle: each on the transport of `carrier`, the one section that rtpengine wrote for all of them. */
export function unbundled(carrier: Section, streams: readonly Section[]): readonly Section[] {
    return streams.map((stream) => (isRejected(stream) ? rejected(stream) : onTransportOf(carrier, stream)));
}

/** A stream with its own formats on another one's transport. */
function onTransportOf(carrier: Section, stream: Section): Section {
    const { ptime: _ptime, maxptime: _maxptime, ...transport } = carrier;
    return { ...transport, ...formatsOf(stream) };
}

/** A stream at a plain RTP port of this host, with RTCP on the same port (RFC 5761) and with feedback. */
export function atPort(stream: Section, address: string, port: number): Section {
    if (isRejected(stream)) return rejected(stream);
    return {
        direction: "sendrecv",
        ...formatsOf(stream),
        port,
        protocol: "RTP/AVPF",
        connection: { version: address.includes(":") ? 6 : 4, ip: address },
        rtcpMux: "rtcp-mux",
    };
}

/** What a stream says of its media, and nothing of its transport. */
function formatsOf({
    type,
    payloads,
    rtp,
    fmtp,
    rtcpFb,
    bandwidth,
    ptime,
    maxptime,
    direction,
}: Section): Omit<Section, "port" | "protocol"> {
    return {
        type,
        rtp,
        fmtp,
        ...(payloads === undefined ? {} : { payloads }),
        ...(rtcpFb === undefined ? {} : { rtcpFb }),
        ...(bandwidth === undefined ? {} : { bandwidth }),
        ...(ptime === undefined ? {} : { ptime }),
        ...(maxptime === undefined ? {} : { maxptime }),
        ...(direction === undefined ? {} : { direction }),
    };
}
