import { createSocket } from "node:dgram";

/** Sends requests of a known scanner, which the SIP server drops before the bridge sees them. Resolves once they are sent. */
export async function floodOfRequests(
    to: { readonly address: string; readonly port: number },
    count: number,
): Promise<void> {
    const socket = createSocket("udp4");
    try {
        for (let index = 0; index < count; index++) {
            const lines = [
                `OPTIONS sip:100@${to.address} SIP/2.0`,
                `Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-${index}`,
                "From: <sip:100@1.1.1.1>;tag=1",
                "To: <sip:100@1.1.1.1>",
                `Call-ID: ${index}`,
                "CSeq: 1 OPTIONS",
                "User-Agent: friendly-scanner",
                "Content-Length: 0",
                "",
                "",
            ];
            await new Promise((resolve) => socket.send(lines.join("\r\n"), to.port, to.address, resolve));
        }
    } finally {
        socket.close();
    }
}
