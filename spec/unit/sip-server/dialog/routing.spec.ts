import { describe, expect, it } from "vitest";
import { goesBackByFlow } from "../../../../lib/sip-server/dialog/natRule.ts";
import { routeRequest } from "../../../../lib/sip-server/dialog/routeSet.ts";
import { parseSipUri } from "../../../../lib/sip-server/sip/SipUri.ts";
import { unreachedFlow } from "../../../../lib/sip-server/engine/unreachedFlow.ts";
import type { Flow, Protocol } from "../../../../lib/sip-server/transport/SipTransport.ts";

describe("a request in a dialog (RFC 3261 12.2.1.1)", () => {
    it.each([
        ["without route set", [], "sip:b@target", [], "target"],
        ["by loose routers", ["<sip:p1;lr>", "<sip:p2;lr>"], "sip:b@target", ["<sip:p1;lr>", "<sip:p2;lr>"], "p1"],
        [
            "by a strict router",
            ["<sip:p1;method=INVITE?a=b>", "<sip:p2;lr>"],
            "sip:p1",
            ["<sip:p2;lr>", "<sip:b@target>"],
            "p1",
        ],
    ])("%s", (_what, routeSet, uri, routes, host) => {
        const routed = routeRequest("sip:b@target", routeSet);
        expect(routed).toMatchObject({ uri, routes, nextHop: { host } });
    });
});

describe("a remote target", () => {
    it("may have headers, a Request-URI not (RFC 3261 19.1.1)", () => {
        expect(routeRequest("sip:b@target;x=1?a=b", []).uri).toBe("sip:b@target;x=1");
        expect(routeRequest("sip:b@target?a=b", ["<sip:p1;lr>"]).uri).toBe("sip:b@target");
    });
});

function flow(protocol: Protocol, address: string): Flow {
    const target = { protocol, address, port: 40_000 };
    return { ...unreachedFlow(target, { host: "198.51.100.1", port: 5060 }), closed: false };
}

describe("the NAT rule", () => {
    it.each<[string, string, Flow, { routed?: boolean; direct?: boolean }, boolean]>([
        ["a public contact that sent it", "sip:203.0.113.9", flow("udp", "203.0.113.9"), {}, false],
        [
            "a public contact elsewhere: a proxy that does not stay",
            "sip:203.0.113.9",
            flow("udp", "203.0.113.8"),
            {},
            false,
        ],
        ["a private contact behind a public source", "sip:10.0.0.5", flow("udp", "203.0.113.8"), {}, true],
        [
            "a private first route behind a public source",
            "sip:10.0.0.5;lr",
            flow("udp", "203.0.113.8"),
            { routed: true },
            true,
        ],
        ["172.16/12 is private", "sip:172.31.0.1", flow("udp", "203.0.113.8"), {}, true],
        ["172.32/11 is not", "sip:172.32.0.1", flow("udp", "203.0.113.8"), {}, false],
        ["private both, and no proxy between", "sip:10.0.0.5", flow("udp", "192.168.1.1"), { direct: true }, true],
        ["private both, and a proxy between", "sip:10.0.0.5", flow("udp", "192.168.1.1"), { direct: false }, false],
        ["a browser's contact", "sip:x@abc.invalid;transport=ws", flow("ws", "203.0.113.8"), {}, true],
        ["a name", "sip:pbx.example", flow("udp", "203.0.113.8"), {}, false],
        ["the peer's own connection", "sip:203.0.113.9;transport=tcp", flow("tcp", "203.0.113.9"), {}, true],
        ["the peer's own connection, transport not said", "sip:203.0.113.9", flow("tls", "203.0.113.9"), {}, true],
        ["another transport asked for", "sip:203.0.113.9;transport=udp", flow("tcp", "203.0.113.9"), {}, false],
        ["a browser over TLS", "sip:203.0.113.9;transport=ws", flow("wss", "203.0.113.9"), {}, true],
        ["a connection that is gone", "sip:10.0.0.5", { ...flow("tcp", "203.0.113.9"), closed: true }, {}, false],
        ["unique local IPv6", "sip:[fd00::1]", flow("udp", "2001:db8::1"), {}, true],
    ])("%s", (_what, uri, way, { routed = false, direct = true }, expected) => {
        const nextHop = parseSipUri(uri);
        if (nextHop === undefined) throw new Error("bad URI in the table");
        expect(goesBackByFlow({ nextHop, routed, flow: way, direct })).toBe(expected);
    });
});
