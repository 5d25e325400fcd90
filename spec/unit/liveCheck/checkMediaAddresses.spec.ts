import { expect, it } from "vitest";
import { checkMediaAddresses } from "../../../lib/liveCheck/probeMediaAddresses.ts";

it.each<[sip: string, webrtc: string, outside: readonly string[]]>([
    ["203.0.113.7", "203.0.113.7", ["trunk carrier"]],
    ["192.168.1.5", "203.0.113.7", ["sip.publicAddress is set"]],
    ["192.168.1.5", "192.168.1.5", []],
])("shows the addresses %s and %s without advice, with parties outside %j", (sip, webrtc, outside) => {
    expect(checkMediaAddresses({ sip: [sip], webrtc: [webrtc] }, outside)).toEqual({
        kind: "works",
        text: `SIP ${sip}; Matrix ${webrtc}`,
    });
});

it("warns if all addresses are private although peers are not", () => {
    expect(checkMediaAddresses({ sip: ["10.0.0.5"], webrtc: ["10.0.0.5"] }, ["trunk carrier"])).toEqual({
        kind: "works",
        text: "SIP 10.0.0.5; Matrix 10.0.0.5",
        advice: "10.0.0.5 cannot be reached from outside (trunk carrier): set interface = 10.0.0.5!<public address> in rtpengine.conf",
    });
});

it("fails if no address is announced", () => {
    expect(checkMediaAddresses({ sip: [], webrtc: [] }, [])).toMatchObject({
        kind: "fails",
        text: "no address announced",
    });
});
