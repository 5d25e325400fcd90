/** How many pictures a connection has sent that need no other one. */
export async function keyFramesSent(connection: RTCPeerConnection | undefined): Promise<number> {
    const stats = [...((await connection?.getStats()) ?? new Map<string, unknown>()).values()] as Outbound[];
    return stats
        .filter(({ type, kind }) => type === "outbound-rtp" && kind === "video")
        .reduce((sum, { keyFramesEncoded = 0 }) => sum + keyFramesEncoded, 0);
}

/** What is used of RTCOutboundRtpStreamStats. */
interface Outbound {
    readonly type: string;
    readonly kind?: string;
    readonly keyFramesEncoded?: number;
}
