import { expect, test } from "vitest";
import { Headers } from "../../../../lib/sip-server/sip/Headers.ts";
import type { SipRequest } from "../../../../lib/sip-server/sip/SipMessage.ts";
import { parseVia } from "../../../../lib/sip-server/sip/Via.ts";
import { FlowBindings } from "../../../../lib/sip-server/transport/FlowBindings.ts";
import { unmapped } from "../../../../lib/sip-server/transport/ipAddress.ts";
import { chooseBinding, LocalAddresses } from "../../../../lib/sip-server/transport/localAddress.ts";
import type { Binding, Flow, Protocol } from "../../../../lib/sip-server/transport/SipTransport.ts";
import { fillTopVia, responseTarget } from "../../../../lib/sip-server/transport/viaOnReceipt.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";

test("the top Via gets where the request came from, the others stay", () => {
    const headers = new Headers([["Via", "SIP/2.0/UDP phone.invalid:5070;branch=a;rport, SIP/2.0/UDP b;branch=c"]]);
    const request: SipRequest = { kind: "request", method: "INFO", uri: "sip:a", headers, body: Buffer.alloc(0) };
    fillTopVia(request, { address: "2001:db8::1", port: 40_000 });
    expect(headers.list("Via")).toEqual([
        "SIP/2.0/UDP phone.invalid:5070;branch=a;rport=40000;received=2001:db8::1",
        "SIP/2.0/UDP b;branch=c",
    ]);
});

test("where a request came from is written without the zone, which means nothing to others", () => {
    const headers = new Headers([["Via", "SIP/2.0/UDP [fe80::1];branch=a"]]);
    const request: SipRequest = { kind: "request", method: "INFO", uri: "sip:a", headers, body: Buffer.alloc(0) };
    fillTopVia(request, { address: "fe80::1%eth0", port: 5060 });
    expect(headers.get("Via")).toBe("SIP/2.0/UDP [fe80::1];branch=a;received=fe80::1;rport=5060");
    expect(addresses().sentBy(wildcard6, "fe80::1%eth0", "fe80::2%eth0").host).toBe("fe80::2");
});

test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["0:0:0:0:0:FFFF:c000:0201", "192.0.2.1"],
    ["::ffff:0:1", "0.0.0.1"],
    ["::192.0.2.1", "::192.0.2.1"],
    ["2001:db8::ffff:192.0.2.1", "2001:db8::ffff:192.0.2.1"],
    ["fe80::1%eth0", "fe80::1%eth0"],
])("%s is reached as %s", (address, reached) => {
    expect(unmapped(address)).toBe(reached);
});

test.each<[string, Protocol, unknown]>([
    ["a:5070;received=192.0.2.9;rport=7000", "udp", { address: "192.0.2.9", port: 7000 }],
    ["a:5070;received=192.0.2.9;rport=7000", "tcp", { address: "192.0.2.9", port: 5070 }],
    ["a;received=192.0.2.9;rport=7000", "tls", { address: "192.0.2.9", port: 5061 }],
    ["192.0.2.8;rport", "udp", { address: "192.0.2.8", port: 5060 }],
    ["192.0.2.8;rport=99999", "udp", { address: "192.0.2.8", port: 5060 }],
    ["192.0.2.8;maddr=198.51.100.1", "udp", { address: "192.0.2.8", port: 5060 }],
    ["a;received=[2001:db8::1]", "udp", { address: "2001:db8::1", port: 5060 }],
    ["[2001:db8::2]:5080", "udp", { address: "2001:db8::2", port: 5080 }],
    ["name.example.com", "udp", undefined],
    ["a;received=elsewhere.example.com", "udp", undefined],
])("a response to Via %s over %s", (sentBy, protocol, expected) => {
    const via = parseVia(`SIP/2.0/UDP ${sentBy}`);
    expect(via && responseTarget(via, protocol)).toEqual(expected);
});

const loopback: Binding = { protocol: "udp", address: "127.0.0.1", port: 5060 };
const inside: Binding = { protocol: "udp", address: "10.0.0.5", port: 5060 };
const wildcard: Binding = { protocol: "udp", address: "0.0.0.0", port: 5070 };
const wildcard6: Binding = { protocol: "udp", address: "::", port: 5070 };
const tcp: Binding = { protocol: "tcp", address: "10.0.0.5", port: 5060 };

test.each<[string, readonly Binding[], Protocol, string, Binding | undefined]>([
    ["loopback to loopback", [inside, loopback], "udp", "127.0.0.9", loopback],
    ["outside not by loopback", [loopback, inside], "udp", "192.0.2.1", inside],
    ["a wildcard will do for both", [wildcard], "udp", "127.0.0.1", wildcard],
    ["rather the wildcard than loopback to outside", [loopback, wildcard], "udp", "192.0.2.1", wildcard],
    ["the same family", [wildcard, wildcard6], "udp", "2001:db8::1", wildcard6],
    ["no such family", [wildcard], "udp", "2001:db8::1", undefined],
    ["the same protocol", [inside, tcp], "tcp", "192.0.2.1", tcp],
    ["no such protocol", [inside], "tls", "192.0.2.1", undefined],
])("the listener to send from: %s", (_name, bindings, protocol, remote, expected) => {
    expect(chooseBinding(bindings, protocol, remote)).toBe(expected);
});

function addresses(localNetworks: readonly string[] = []): LocalAddresses {
    const common = { netmask: "", mac: "", scopeid: 0 };
    return new LocalAddresses(new FakeClock(), localNetworks, () => ({
        lo: [{ ...common, address: "127.0.0.1", family: "IPv4", internal: true, cidr: "127.0.0.1/8" }],
        eth0: [
            { ...common, address: "192.0.2.5", family: "IPv4", internal: false, cidr: "192.0.2.5/24" },
            { ...common, address: "fe80::1", family: "IPv6", internal: false, cidr: "fe80::1/64" },
            { ...common, address: "2001:db8::5", family: "IPv6", internal: false, cidr: "2001:db8::5/64" },
        ],
        eth1: [{ ...common, address: "10.1.0.5", family: "IPv4", internal: false, cidr: "10.1.0.5/16" }],
    }));
}

test.each<[string, Binding, string, string]>([
    ["the bound address", inside, "203.0.113.1", "10.0.0.5"],
    ["the interface in the peer's network", wildcard, "10.1.9.9", "10.1.0.5"],
    ["the interface that leads out", wildcard, "203.0.113.1", "192.0.2.5"],
    ["loopback to loopback", wildcard, "127.0.0.1", "127.0.0.1"],
    ["no link-local to the world", wildcard6, "2620::1", "2001:db8::5"],
    [
        "the advertised address",
        { ...wildcard, advertised: { host: "sip.example.com" } },
        "203.0.113.1",
        "sip.example.com",
    ],
    ["not to local networks", { ...wildcard, advertised: { host: "sip.example.com" } }, "10.1.2.3", "10.1.0.5"],
])("we call ourselves by %s", (_name, binding, remote, host) => {
    expect(addresses(["10.0.0.0/8"]).sentBy(binding, remote)).toEqual({ host, port: binding.port });
});

test("a local network can be a single address", () => {
    const binding = { ...wildcard, advertised: { host: "sip.example.com" } };
    const hostFor = (remote: string) => addresses(["10.1.2.3"]).sentBy(binding, remote).host;
    expect([hostFor("10.1.2.3"), hostFor("10.1.2.4")]).toEqual(["10.1.0.5", "sip.example.com"]);
});

test("networks that are not CIDR are a mistake in the configuration", () => {
    expect(() => addresses(["10.0.0.0/40"])).toThrow();
    expect(() => addresses(["example.com/8"])).toThrow();
});

/** A flow that is nothing but open until it is closed. */
class BareFlow implements Flow {
    readonly id = "flow";
    readonly protocol = "tcp";
    readonly local = { address: "192.0.2.1", port: 1 };
    readonly remote = { address: "192.0.2.2", port: 2 };
    readonly reliable = true;
    readonly sentBy = { host: "192.0.2.1", port: 1 };
    readonly listeners = new Set<() => void>();
    closed = false;

    send(): Promise<void> {
        return Promise.resolve();
    }

    onClose(listener: () => void): () => void {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    close(): void {
        this.closed = true;
        for (const listener of this.listeners) listener();
    }
}

test("a registered contact is found until it expires, its flow closes, or it unregisters", () => {
    const clock = new FakeClock();
    const bindings = new FlowBindings(clock, 10);
    const flow = new BareFlow();
    bindings.bind("a@x.invalid", flow, 60, "a");
    bindings.bind("b@x.invalid", flow, 120, "a");
    bindings.bind("c@x.invalid", flow, 120, "a");
    clock.advance(60_000);
    expect(bindings.find("a@x.invalid")).toBeUndefined();
    expect(bindings.find("b@x.invalid")).toBe(flow);
    bindings.bind("b@x.invalid", flow, 0, "a");
    expect(bindings.find("b@x.invalid")).toBeUndefined();
    flow.close();
    expect(bindings.find("c@x.invalid")).toBeUndefined();
    expect([clock.pending, flow.listeners.size]).toEqual([0, 0]);
});

test("registering again prolongs, and moves to the new flow", () => {
    const clock = new FakeClock();
    const bindings = new FlowBindings(clock, 10);
    const [before, after] = [new BareFlow(), new BareFlow()];
    bindings.bind("a", before, 60, "a");
    clock.advance(50_000);
    bindings.bind("a", after, 60, "a");
    before.close();
    clock.advance(50_000);
    expect(bindings.find("a")).toBe(after);
    expect(before.listeners.size).toBe(0);
});

test("no more contacts than allowed are remembered, and those known stay", () => {
    const bindings = new FlowBindings(new FakeClock(), 1);
    const flow = new BareFlow();
    bindings.bind("a", flow, 60, "a");
    bindings.bind("b", flow, 60, "a");
    expect([bindings.find("a"), bindings.find("b")]).toEqual([flow, undefined]);
});

test("what is bound for somebody stays theirs until it ends", () => {
    const clock = new FakeClock();
    const bindings = new FlowBindings(clock, 10);
    const [theirs, other] = [new BareFlow(), new BareFlow()];
    bindings.bind("a@x.invalid", theirs, 60, "a@example.com");
    bindings.bind("a@x.invalid", other, 60, "mallory@example.com");
    bindings.bind("a@x.invalid", other, 0, "mallory@example.com");
    expect(bindings.find("a@x.invalid")).toBe(theirs);
    theirs.close();
    bindings.bind("a@x.invalid", other, 60, "mallory@example.com");
    expect(bindings.find("a@x.invalid")).toBe(other);
});
