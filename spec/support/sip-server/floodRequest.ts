/** The request number `n` of an unknown sender, each of a dialog and transaction of its own. */
export function floodRequest(method: string, n: number, transport = "UDP"): string {
    const lines = [
        `${method} sip:x@127.0.0.1 SIP/2.0`,
        `Via: SIP/2.0/${transport} 127.0.1.1;branch=z9hG4bKf${n};rport`,
        `From: <sip:f@example.net>;tag=${n}`,
        "To: <sip:x@127.0.0.1>",
        `Call-ID: flood-${n}`,
        `CSeq: 1 ${method}`,
        "Contact: <sip:f@127.0.1.1>",
        "Content-Length: 0",
    ];
    return `${lines.join("\r\n")}\r\n\r\n`;
}
