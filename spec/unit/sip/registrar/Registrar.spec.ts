import { beforeEach, expect, test } from "vitest";
import { addressingOf } from "../../../../lib/sip/registrar/composePhoneInvite.ts";
import { ContactPolicy } from "../../../../lib/sip/registrar/ContactPolicy.ts";
import { Registrar } from "../../../../lib/sip/registrar/Registrar.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptContacts } from "../../../support/KeptContacts.ts";
import { KeptLog } from "../../../support/quiet.ts";

const limits = { minSeconds: 60, maxSeconds: 3_600, maxContacts: 3 };
const uri = "sip:desk@x.invalid;transport=ws";

let store: KeptContacts;
let registrar: Registrar;
let clock: FakeClock;

beforeEach(() => {
    store = new KeptContacts();
    clock = new FakeClock();
    registrar = new Registrar({ store, clock, log: new KeptLog(), limits });
});

async function register(protocol: string, port: number, sequence: number): Promise<void> {
    const headers = new Map(Object.entries({ "call-id": "c", cseq: `${sequence} REGISTER`, contact: `<${uri}>` }));
    const source = { protocol, address: "192.0.2.7", port };
    expect((await registrar.register("desk", { headers, source }, "untrusted")).status).toBe(200);
}

/** As a caller found it. */
function found(): Parameters<Registrar["forget"]>[0] {
    const [contact] = registrar.contactsOf("desk");
    if (contact === undefined) throw new Error("not registered");
    return { account: "desk", ...addressingOf(contact) };
}

test("a phone whose connection is closed is called no more, nor after a restart", async () => {
    await register("ws", 50_000, 1);
    registrar.forget(found());
    expect(registrar.contactsOf("desk")).toEqual([]);
    expect((await store.load()).get("desk") ?? []).toEqual([]);
});

test("one that has registered over another connection meanwhile is", async () => {
    await register("ws", 50_000, 1);
    const before = found();
    await register("ws", 50_001, 2);
    registrar.forget(before);
    expect(registrar.contactsOf("desk")).toHaveLength(1);
});

test("one over UDP, which has no connection, is", async () => {
    await register("udp", 5060, 1);
    registrar.forget(found());
    expect(registrar.contactsOf("desk")).toHaveLength(1);
});

test("is known by where it registered from, as long as it is registered there", async () => {
    const source = { protocol: "udp", address: "192.0.2.7", port: 5060 };
    await register("udp", 5060, 1);
    expect(registrar.accountsAt(source)).toEqual(["desk"]);
    for (const other of [{ protocol: "tcp" }, { address: "192.0.2.8" }, { port: 5061 }]) {
        expect(registrar.accountsAt({ ...source, ...other })).toEqual([]);
    }
    clock.advance(3_600_000);
    expect(registrar.accountsAt(source)).toEqual([]);
});

test("is not known by where the proxy is that it registered through", async () => {
    const path = { "call-id": "c", cseq: "1 REGISTER", contact: `<${uri}>`, path: "<sip:edge.example;lr>" };
    const source = { protocol: "udp", address: "192.0.2.7", port: 5060 };
    await registrar.register("desk", { headers: new Map(Object.entries(path)), source }, "trusted");
    expect(registrar.accountsAt(source)).toEqual([]);
});

test("takes no contact another phone is called by, where the SIP server would follow it", async () => {
    const contactPolicy = new ContactPolicy([]);
    registrar = new Registrar({ store, clock, log: new KeptLog(), limits, contactPolicy });
    await registrar.load(["desk", "hall"]);
    const asked = async (account: string, address: string, contact: string): Promise<number> => {
        const headers = new Map(Object.entries({ "call-id": account, cseq: "1 REGISTER", contact }));
        return (
            await registrar.register(account, { headers, source: { protocol: "tcp", address, port: 1 } }, "untrusted")
        ).status;
    };
    expect(await asked("desk", "192.0.2.7", "<sip:desk@192.168.1.7>;expires=600")).toBe(200);
    expect(await asked("hall", "192.0.2.8", "<sip:hall@192.168.1.8>, <sip:desk@192.168.1.7>")).toBe(403);
    // the server forgets the connection of a contact that is removed, for any reason
    expect(await asked("hall", "192.0.2.8", "<sip:desk@192.168.1.7>;expires=0")).toBe(403);
    expect(registrar.contactsOf("hall")).toEqual([]);
    clock.advance(600_000);
    expect(await asked("hall", "192.0.2.8", "<sip:desk@192.168.1.7>")).toBe(200);
});
