import { expect } from "vitest";
import { loopback } from "../../lab/world/freePort.ts";
import { decodeHep } from "./decodeHep.ts";

/** Expects the packets of one answered call from a phone that the bridge hung up, as Homer receives them. */
export function expectHepOfCall(
    datagrams: readonly Buffer[],
    {
        phonePort,
        bridgePort,
        password,
    }: { readonly phonePort: number; readonly bridgePort: number; readonly password: string },
): void {
    const packets = datagrams.map(decodeHep);
    const report = packets.findLast(({ protocolType }) => protocolType === 0x22);
    expect(JSON.parse(report?.payload ?? "{}")).toMatchObject({ AUDIO: "bothWays" });
    const ofCall = packets.filter(({ correlationId }) => correlationId === report?.correlationId);
    expect(ofCall.map(({ authKey }) => authKey)).toEqual(ofCall.map(() => password));
    const sip = ofCall.filter(({ protocolType }) => protocolType === 1);
    expect(sip.map(({ payload }) => payload.split("\r\n")[0])).toEqual([
        expect.stringMatching(/^INVITE sip:.* SIP\/2\.0$/),
        "SIP/2.0 180 Ringing",
        "SIP/2.0 200 OK",
        expect.stringMatching(/^ACK /),
        expect.stringMatching(/^BYE /),
        "SIP/2.0 200 OK",
    ]);
    const fromPhone = { source: loopback, sourcePort: phonePort, destinationPort: bridgePort, ipProtocol: 17 };
    expect(sip[0]).toMatchObject(fromPhone);
    expect(sip[4]).toMatchObject({ sourcePort: bridgePort, destinationPort: phonePort });
    for (const { payload } of sip) {
        for (const header of ["Call-ID: ", "From: ", "To: ", "CSeq: "]) expect(payload).toContain(header);
    }
}
