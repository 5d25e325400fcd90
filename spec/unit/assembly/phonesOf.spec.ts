import { afterAll, beforeAll, expect, test } from "vitest";
import { phonesOf } from "../../../lib/assembly/phonesOf.ts";
import type { SipAccount } from "../../../lib/sip/registrar/SipAccount.ts";
import { ConfigFolder, MINIMAL_CONFIG } from "../../support/configFile.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { KeptContacts } from "../../support/KeptContacts.ts";
import { KeptLog } from "../../support/quiet.ts";
import { ScriptedRequest } from "../../support/sip/ScriptedStack.ts";

let folder: ConfigFolder;

beforeAll(() => {
    folder = new ConfigFolder();
});

afterAll(() => folder.remove());

/** What a phone hears that registers this Contact over TCP. */
async function registering(contact: string, sip: object): Promise<number> {
    const account = { username: "desk", password: "correct horse", user: "@alice:matrix.example" };
    const config = folder.load({
        ...MINIMAL_CONFIG,
        sip,
        accounts: [{ ...account, media: "webrtc" }],
        trunks: [{ name: "carrier", address: "carrier.example", media: "webrtc" }],
    });
    const dialPlan = { calleeOf: () => undefined, whoMayDial: () => ({ kind: "forbidden" }) as const };
    const store = new KeptContacts();
    const phones = await phonesOf(config, { store, dialPlan, clock: new FakeClock(), log: new KeptLog() });
    const headers = { "Call-ID": "c", CSeq: "1 REGISTER", Contact: `<${contact}>` };
    const source = { protocol: "tcp", address: "203.0.113.7", port: 50_000 };
    const request = new ScriptedRequest("REGISTER", { headers, source });
    return (await phones.register({ ...account, media: "webrtc" } as SipAccount, request, "untrusted")).status;
}

const theirs = "sip:+442071838750@carrier.example";

test.each<[string, string, object, number]>([
    ["another's Contact", theirs, { drachtio: { host: "127.0.0.1", secret: "s" } }, 403],
    ["its own Contact", "sip:desk@203.0.113.7", { drachtio: { host: "127.0.0.1", secret: "s" } }, 200],
    ["another's Contact", theirs, {}, 200],
])("a phone with %s (%s), the SIP server being %j, hears %i", async (_, contact, sip, status) => {
    expect(await registering(contact, sip)).toBe(status);
});
