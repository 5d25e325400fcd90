const responseStart = "SIP/2.0";

/** Recognises a response by its first bytes. One that belongs to no request we sent matches no transaction, and is dropped there. */
export function isResponse(data: Buffer): boolean {
    let start = 0;
    while (data[start] === 0x0d || data[start] === 0x0a) start++;
    return data.toString("latin1", start, start + responseStart.length).toUpperCase() === responseStart;
}
