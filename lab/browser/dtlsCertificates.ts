import type { DtlsCertificates } from "./LabPage.ts";

/**
 * What the DTLS handshake was done with, whatever the descriptions said: the keys of the sound are known to the holders of
 * these certificates only (RFC 5764). Undefined before the handshake is over.
 */
export async function dtlsCertificates(connection: RTCPeerConnection): Promise<DtlsCertificates | undefined> {
    const report = await connection.getStats();
    const transport = statsOf(report).find(({ type, dtlsState }) => type === "transport" && dtlsState === "connected");
    const fingerprint = (id: string | undefined): string | undefined =>
        statsOf(report).find((each) => each.id === id)?.fingerprint;
    const own = fingerprint(transport?.localCertificateId);
    const other = fingerprint(transport?.remoteCertificateId);
    return own === undefined || other === undefined ? undefined : { own, other };
}

/** The dictionaries RTCTransportStats and RTCCertificateStats of webrtc-stats, as far as they matter here. */
interface Stats {
    readonly id: string;
    readonly type: string;
    readonly dtlsState?: string;
    readonly localCertificateId?: string;
    readonly remoteCertificateId?: string;
    readonly fingerprint?: string;
}

function statsOf(report: RTCStatsReport): Stats[] {
    const all: Stats[] = [];
    report.forEach((stats: Stats) => all.push(stats));
    return all;
}
