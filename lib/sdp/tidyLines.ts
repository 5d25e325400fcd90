/** Larger than any browser's offer with video and all its candidates; rtpengine's datagrams end at 64 KiB. */
const MAX_LENGTH = 49_152;
const MAX_LINES = 2_000;
/** The letter of a line, in either case and with blanks around the equals sign. */
const LETTER = /^([a-z])[ \t]*=[ \t]*/i;
/** The words of the grammar in small letters, and an address with a TTL or a number of addresses behind it. */
const CONNECTION = /^c=in ip([46]) ([^/\s]+).*$/i;
const BRACKETS = /^\[|\]$/g;
const IPV4_WITH_PORT = /^([0-9.]+):[0-9]+$/;
const IPV6 = /^[0-9a-f:.]*:[0-9a-f:.]*$/i;
const MAX_PORT = 65_535;
const BLANKS = /[ \t]+/g;
const RTP_PROTOCOL = /^(?:udp\/tls\/)?rtp\/s?avpf?$/i;
/** Instead of a line that is missing, or that has no value: nothing depends on it. */
const NO_NAME = "s=-";
const NO_ORIGIN = "o=- 1 1 IN IP4 0.0.0.0";

/** The parts of an `m=` line (RFC 8866, section 5.14). */
export interface MediaLine {
    readonly type: string;
    /** 0 rejects or removes the stream. */
    readonly port: number;
    readonly protocol: string;
    /** The formats, separated by single blanks; empty in a line without any. */
    readonly payloads: string;
}

/**
 * The lines of a session description without what some implementations add and no reader needs: blanks at the end of
 * lines and around the equals sign, blank lines, NULs, byte order marks, doubled blanks between words, and lines that are not
 * `<letter>=<value>`; with an origin, if it has none. Accepts every kind of line end. Undefined if the text does not begin with `v=0` or is too large.
 */
export function tidyLines(text: string): readonly string[] | undefined {
    if (text.length > MAX_LENGTH) return undefined;
    const lines = text
        .replaceAll(/[\0\uFEFF]/g, "")
        .split(/[\r\n]+/)
        .map((line) => tidyLine(line.trim()))
        .filter((line) => line !== undefined);
    const [version, ...others] = lines;
    if (version !== "v=0" || lines.length > MAX_LINES) return undefined;
    return others.some((line) => line.startsWith("o=")) ? lines : [version, NO_ORIGIN, ...others];
}

/** Undefined for a line that says nothing. */
function tidyLine(written: string): string | undefined {
    const [start, letter] = LETTER.exec(written) ?? [];
    if (start === undefined || letter === undefined) return undefined;
    const type = letter.toLowerCase();
    const value = written.slice(start.length);
    // an empty session name is written as a blank (RFC 8866, section 5.3); other empty values say nothing
    if (value === "") return type === "s" ? NO_NAME : undefined;
    switch (type) {
        case "c":
            return `c=${value.replaceAll(BLANKS, " ")}`.replace(CONNECTION, connectionLine);
        case "m":
        case "o":
            return `${type}=${value.replaceAll(BLANKS, " ")}`;
        default:
            return `${type}=${value}`;
    }
}

/** The family is that of the address, whatever the line says. */
function connectionLine(_line: string, family: string, written: string): string {
    const host = written.replace(BRACKETS, "").replace(IPV4_WITH_PORT, "$1");
    return `c=IN IP${IPV6.test(host) ? "6" : /^[0-9.]+$/.test(host) ? "4" : family} ${host}`;
}

/** The formats that an RTP stream can have: numbers up to 127. Of others, all are kept. */
function payloadsIn(formats: readonly string[], isRtp: boolean): string {
    const readable = isRtp ? formats.filter((format) => /^\d{1,3}$/.test(format) && Number(format) <= 127) : formats;
    return readable.join(" ");
}

/**
 * The parts of a tidy `m=` line. A number of ports (`49170/2`) is left out. A stream whose line is malformed counts as
 * rejected: the other streams are not affected.
 */
export function parseMediaLine(line: string): MediaLine {
    const [type = "", port = "", protocol = "", ...formats] = line.slice("m=".length).split(" ");
    const isPort = /^\d{1,5}(\/\d{1,5})?$/.test(port) && Number.parseInt(port, 10) <= MAX_PORT;
    const isReadable = protocol !== "" && isPort;
    return {
        type: /^(?:audio|video)$/i.test(type) ? type.toLowerCase() : type,
        port: isReadable ? Number.parseInt(port, 10) : 0,
        protocol: protocol === "" ? "RTP/AVP" : RTP_PROTOCOL.test(protocol) ? protocol.toUpperCase() : protocol,
        payloads: payloadsIn(formats, RTP_PROTOCOL.test(protocol)),
    };
}
