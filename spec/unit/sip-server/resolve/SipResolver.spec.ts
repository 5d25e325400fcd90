import { expect, test } from "vitest";
import type { DnsAnswer, DnsClient, NaptrRecord, SrvRecord } from "../../../../lib/sip-server/resolve/DnsClient.ts";
import { parseHostsFile } from "../../../../lib/sip-server/resolve/hostsFile.ts";
import { orderServers } from "../../../../lib/sip-server/resolve/orderServers.ts";
import { type ResolverOptions, SipResolver } from "../../../../lib/sip-server/resolve/SipResolver.ts";
import { parseSipUri } from "../../../../lib/sip-server/sip/SipUri.ts";
import type { Target } from "../../../../lib/sip-server/transport/SipTransport.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";

/** A zone to ask; counts the questions. */
class FakeDns implements DnsClient {
    readonly questions: string[] = [];
    naptrs: Record<string, NaptrRecord[]> = {};
    srvs: Record<string, SrvRecord[]> = {};
    hosts: Record<string, string[]> = {};
    failing = false;

    naptr(name: string): Promise<DnsAnswer<NaptrRecord>> {
        return this.#answer("NAPTR", name, this.naptrs[name]);
    }

    srv(name: string): Promise<DnsAnswer<SrvRecord>> {
        return this.#answer("SRV", name, this.srvs[name]);
    }

    addresses(name: string): Promise<DnsAnswer<string>> {
        return this.#answer("A", name, this.hosts[name]);
    }

    #answer<Item>(type: string, name: string, records: Item[] | undefined): Promise<DnsAnswer<Item>> {
        this.questions.push(`${type} ${name}`);
        if (this.failing) return Promise.resolve({ kind: "failed", reason: "ESERVFAIL" });
        return Promise.resolve(records === undefined ? { kind: "none" } : { kind: "found", records });
    }
}

const srv = (name: string, priority = 10, weight = 0, port = 5060): SrvRecord => ({ name, priority, weight, port });
const naptr = (service: string, replacement: string, order = 10, flags = "s"): NaptrRecord => {
    return { service, replacement, order, preference: 0, flags };
};

function zone(): FakeDns {
    const dns = new FakeDns();
    dns.hosts = {
        "plain.example": ["192.0.2.1", "2001:db8::1"],
        "a.example": ["192.0.2.10"],
        "b.example": ["192.0.2.11"],
        "c.example": ["192.0.2.12"],
        "closed.example": ["192.0.2.13"],
        "udponly.example": ["192.0.2.14"],
    };
    dns.srvs = {
        "_sip._udp.srv.example": [srv("a.example", 20), srv("b.example", 10, 0, 5080)],
        "_sip._tcp.srv.example": [srv("c.example")],
        "_sips._tcp.srv.example": [srv("c.example", 10, 0, 5061)],
        "_sip._udp.nowhere.example": [srv(".")],
        "_sip._udp.closed.example": [srv(".")],
        "_sip._tcp.closed.example": [srv(".")],
        "_sip._tcp.udponly.example": [srv(".")],
        "_sip._udp.noport.example": [srv("a.example", 1, 0, 0), srv("b.example", 2)],
        "_sip._tcp.elsewhere.example": [srv("b.example", 1, 0, 6060)],
        "_sips._tcp.elsewhere.example": [srv("a.example", 1, 0, 6061)],
    };
    dns.naptrs = {
        "naptr.example": [
            naptr("SIP+D2U", "_sip._udp.srv.example", 30),
            naptr("SIP+D2S", "_sip._sctp.srv.example", 10),
            naptr("sip+d2t", "_SIP._tcp.elsewhere.example", 20),
            naptr("SIPS+D2T", "_sips._tcp.elsewhere.example", 25),
            naptr("E2U+sip", "x", 1, "u"),
        ],
    };
    return dns;
}

function text({ protocol, address, port, serverName }: Target): string {
    return `${protocol} ${address} ${port}${serverName === undefined ? "" : ` ${serverName}`}`;
}

async function resolve(
    uri: string,
    options: Partial<ResolverOptions> = {},
    dns: DnsClient = zone(),
): Promise<string[]> {
    const parsed = parseSipUri(uri);
    if (parsed === undefined) throw new Error(`no URI: ${uri}`);
    const resolution = await new SipResolver({ clock: new FakeClock(), ...options }, dns).resolve(parsed);
    return resolution.ok ? resolution.targets.map(text) : [resolution.reason];
}

test.each([
    ["sip:192.0.2.5", ["udp 192.0.2.5 5060"]],
    ["sip:192.0.2.5:5070;transport=tcp", ["tcp 192.0.2.5 5070"]],
    ["sips:192.0.2.5", ["tls 192.0.2.5 5061"]],
    ["sips:192.0.2.5;transport=tcp", ["tls 192.0.2.5 5061"]],
    ["sip:192.0.2.5;transport=TLS", ["tls 192.0.2.5 5061"]],
    ["sip:192.0.2.5;transport=ws", ["ws 192.0.2.5 80"]],
    ["sips:192.0.2.5;transport=ws", ["wss 192.0.2.5 443"]],
    ["sip:[2001:db8::5]", ["udp 2001:db8::5 5060"]],
    ["sip:user@plain.example:5070;maddr=192.0.2.99", ["udp 192.0.2.99 5070 plain.example"]],
    ["sip:plain.example;maddr=[2001:db8::9]", ["udp 2001:db8::9 5060 plain.example"]],
    ["sip:plain.example;maddr=a/b", ["maddr is not a host"]],
    ["sip:192.0.2.5;transport=sctp", ["no transport sctp for sip"]],
    ["sips:192.0.2.5;transport=udp", ["no transport udp for sips"]],
    ["sip:plain.example:5070", ["udp 192.0.2.1 5070 plain.example", "udp 2001:db8::1 5070 plain.example"]],
    ["sip:plain.example", ["udp 192.0.2.1 5060 plain.example", "udp 2001:db8::1 5060 plain.example"]],
    ["sips:plain.example", ["tls 192.0.2.1 5061 plain.example", "tls 2001:db8::1 5061 plain.example"]],
    ["sip:plain.example;transport=tcp", ["tcp 192.0.2.1 5060 plain.example", "tcp 2001:db8::1 5060 plain.example"]],
    ["sip:srv.example;transport=udp", ["udp 192.0.2.11 5080 srv.example", "udp 192.0.2.10 5060 srv.example"]],
    ["sips:srv.example", ["tls 192.0.2.12 5061 srv.example"]],
    [
        "sip:naptr.example",
        ["tcp 192.0.2.11 6060", "tls 192.0.2.10 6061", "udp 192.0.2.11 5080", "udp 192.0.2.10 5060"].map(
            (target) => `${target} naptr.example`,
        ),
    ],
    ["sips:naptr.example", ["tls 192.0.2.10 6061 naptr.example"]],
    ["sip:unknown.example", ["no address for unknown.example"]],
    ["sip:closed.example", ["no supported protocol leads to closed.example"]],
    ["sip:udponly.example", ["udp 192.0.2.14 5060 udponly.example"]],
    ["sip:noport.example;transport=udp", ["udp 192.0.2.11 5060 noport.example"]],
    ["sip:[::ffff:192.0.2.5]", ["udp 192.0.2.5 5060"]],
    ["sip:[::ffff:c000:205]:5070", ["udp 192.0.2.5 5070"]],
    ["sip:nowhere.example;transport=udp", ["no supported protocol leads to nowhere.example"]],
])("%s", async (uri, expected) => {
    expect(await resolve(uri)).toEqual(expected);
});

test("without NAPTR the SRV records of all protocols are tried", async () => {
    expect(await resolve("sip:srv.example")).toEqual(
        ["udp 192.0.2.11 5080", "udp 192.0.2.10 5060", "tcp 192.0.2.12 5060", "tls 192.0.2.12 5061"].map(
            (target) => `${target} srv.example`,
        ),
    );
});

test("only what we can send by is given out", async () => {
    expect(await resolve("sip:srv.example", { protocols: ["tcp"] })).toEqual(["tcp 192.0.2.12 5060 srv.example"]);
    expect(await resolve("sip:plain.example:1", { families: [6] })).toEqual(["udp 2001:db8::1 1 plain.example"]);
    expect(await resolve("sip:192.0.2.5;transport=tls", { protocols: ["udp"] })).toEqual([
        "no supported protocol leads to 192.0.2.5",
    ]);
    expect(await resolve("sip:srv.example", { chosenFrom: ["tcp"] })).toEqual(["tcp 192.0.2.12 5060 srv.example"]);
    expect(await resolve("sip:192.0.2.5;transport=tls", { chosenFrom: ["udp"] })).toEqual(["tls 192.0.2.5 5061"]);
    expect(await resolve("sip:srv.example", { maxTargets: 2 })).toHaveLength(2);
});

test("the hosts map comes first and no DNS is asked for its names", async () => {
    const dns = zone();
    const hosts = parseHostsFile("192.0.2.77 srv.example\n");
    expect(await resolve("sip:SRV.example", { hosts }, dns)).toEqual(["udp 192.0.2.77 5060 srv.example"]);
    expect(dns.questions).toEqual([]);
});

test("a name server that fails is named, and does not keep a plain name from being found", async () => {
    const dns = zone();
    dns.failing = true;
    expect(await resolve("sip:plain.example", {}, dns)).toEqual(["no address for plain.example (ESERVFAIL)"]);
    dns.failing = false;
    const halfFailing: DnsClient = {
        naptr: () => Promise.resolve({ kind: "failed", reason: "ETIMEOUT" }),
        srv: () => Promise.resolve({ kind: "failed", reason: "ETIMEOUT" }),
        addresses: (name) => dns.addresses(name),
    };
    expect(await resolve("sip:a.example", {}, halfFailing)).toEqual(["udp 192.0.2.10 5060 a.example"]);
});

test("answers are remembered for their time, missing ones for less, and asked once at a time", async () => {
    const clock = new FakeClock();
    const dns = zone();
    const resolver = new SipResolver({ clock, dnsFoundMs: 60_000, dnsMissingMs: 5_000 }, dns);
    const uri = parseSipUri("sip:a.example:5060") ?? expect.fail();
    const missing = parseSipUri("sip:unknown.example:5060") ?? expect.fail();
    await Promise.all([resolver.resolve(uri), resolver.resolve(uri), resolver.resolve(missing)]);
    expect(dns.questions).toEqual(["A a.example", "A unknown.example"]);
    clock.advance(5_000);
    await Promise.all([resolver.resolve(uri), resolver.resolve(missing)]);
    expect(dns.questions.slice(2)).toEqual(["A unknown.example"]);
    clock.advance(55_000);
    await resolver.resolve(uri);
    expect(dns.questions.slice(3)).toEqual(["A a.example"]);
});

test("remembered answers are bounded", async () => {
    const dns = zone();
    const resolver = new SipResolver({ clock: new FakeClock(), dnsMaxAnswers: 2 }, dns);
    const ask = async (host: string): Promise<void> => {
        await resolver.resolve(parseSipUri(`sip:${host}:5060`) ?? expect.fail());
    };
    for (const host of ["a.example", "b.example", "c.example", "a.example"]) await ask(host);
    expect(dns.questions).toEqual(["A a.example", "A b.example", "A c.example", "A a.example"]);
});

test("a target that failed comes last until it answers or its time is over", async () => {
    const clock = new FakeClock();
    const resolver = new SipResolver({ clock, greyListMs: 600_000 }, zone());
    const uri = parseSipUri("sip:srv.example;transport=udp") ?? expect.fail();
    const first = async (): Promise<Target> => {
        const resolution = await resolver.resolve(uri);
        return resolution.ok ? resolution.targets[0] : expect.fail();
    };
    const best = await first();
    resolver.reportFailure(best);
    expect((await first()).address).toBe("192.0.2.10");
    resolver.reportSuccess(best);
    expect(await first()).toEqual(best);
    resolver.reportFailure(best);
    clock.advance(600_000);
    expect(await first()).toEqual(best);
});

test("when all have failed they are all still tried", async () => {
    const resolver = new SipResolver({ clock: new FakeClock() }, zone());
    const uri = parseSipUri("sip:a.example:5060") ?? expect.fail();
    const before = await resolver.resolve(uri);
    if (before.ok) before.targets.forEach((target) => resolver.reportFailure(target));
    expect(await resolver.resolve(uri)).toEqual(before);
});

test.each([
    [0, ["z", "light", "heavy", "last"]],
    [0.5, ["heavy", "light", "z", "last"]],
    [0.999, ["heavy", "light", "z", "last"]],
])("SRV records by priority, then by weight (chance %d)", (chance, expected) => {
    const records = [srv("last", 20, 99), srv("heavy", 10, 90), srv("light", 10, 10), srv("z", 10, 0), srv(".", 1)];
    expect(orderServers(records, () => chance, 16).map(({ name }) => name)).toEqual(expected);
});

test("of many records only as many are put in order as are wanted", () => {
    const records = Array.from({ length: 3_000 }, (_, n) => srv(`s${n}.example`, 1, n));
    let chances = 0;
    const ordered = orderServers(records, () => (chances++, 0.5), 16);
    expect([ordered.length, new Set(ordered).size, chances]).toEqual([16, 16, 16]);
});

test("over many choices a weight is what it says", () => {
    let state = 1;
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const firsts = Array.from(
        { length: 2_000 },
        () => orderServers([srv("a", 1, 75), srv("b", 1, 25)], random, 16)[0]?.name,
    );
    const share = firsts.filter((name) => name === "a").length / firsts.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
});

test("the hosts file: comments, several names, both families, nonsense", () => {
    const hosts = parseHostsFile(
        "# comment\n192.0.2.1\tPBX.example pbx # its name\n2001:db8::1 pbx\r\n\nnonsense here\n192.0.2.2\n",
    );
    expect([...hosts]).toEqual([
        ["pbx.example", ["192.0.2.1"]],
        ["pbx", ["192.0.2.1", "2001:db8::1"]],
    ]);
});
