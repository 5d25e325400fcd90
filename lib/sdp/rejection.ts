import type { Section } from "./sessionDescription.ts";

/** What is left of a rejected section. */
type Rejectable = Pick<Section, "type" | "protocol" | "payloads" | "mid">;

/** Whether a stream is rejected or removed: its port is 0, and no other stream's transport serves it too (RFC 9143, section 6). */
export function isRejected(section: Section): boolean {
    return section.port === 0 && section.bundleOnly === undefined;
}

/** The section with port 0, which rejects or removes the stream (RFC 3264, sections 6 and 8.2). */
export function rejected({ type, protocol, payloads = "", mid }: Rejectable): Section {
    return {
        type,
        port: 0,
        protocol,
        // a stream has at least one format (RFC 8866, section 9), even if the offer had none
        payloads: payloads === "" ? "0" : (payloads.split(" ")[0] ?? "0"),
        rtp: [],
        fmtp: [],
        direction: "inactive",
        ...(mid === undefined ? {} : { mid }),
    };
}
