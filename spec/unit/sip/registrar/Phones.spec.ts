import { beforeEach, describe, expect, test } from "vitest";
import { parseMatrixUserId, type MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { parseRemoteParty, type RemoteParty } from "../../../../lib/numbering/RemoteParty.ts";
import { PhoneAuthenticator } from "../../../../lib/sip/registrar/PhoneAuthenticator.ts";
import { Phones } from "../../../../lib/sip/registrar/Phones.ts";
import { Registrar } from "../../../../lib/sip/registrar/Registrar.ts";
import type { SipAccount } from "../../../../lib/sip/registrar/SipAccount.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptContacts } from "../../../support/KeptContacts.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { noTrunkFor } from "../../../support/dialling.ts";

const REALM = "matrix.example";
const alice = user("@alice:matrix.example");
const bob = user("@bob:matrix.example");
const carol = user("@carol:matrix.example");
const accounts: readonly SipAccount[] = [
    { username: "hall", password: "p", user: bob, media: "rtp" },
    { username: "browser", password: "p", user: bob, media: "webrtc" },
];

function user(id: string): MatrixUserId {
    const parsed = parseMatrixUserId(id);
    if (parsed === undefined) throw new Error(id);
    return parsed;
}

function party(text: string): RemoteParty {
    const parsed = parseRemoteParty(text, { defaultCountry: "GB" });
    if (parsed === undefined) throw new Error(text);
    return parsed;
}

const mapped = new Map([
    ["+442079460102", bob],
    ["+442079460103", carol],
]);
const calleeOf = (dialled: RemoteParty): MatrixUserId | undefined =>
    dialled.kind === "number" ? mapped.get(dialled.number) : undefined;

describe("the phones a Matrix user means", () => {
    let phones: Phones;

    beforeEach(async () => {
        const [clock, log] = [new FakeClock(), new KeptLog()];
        const store = new KeptContacts();
        const source = { protocol: "ws", address: "192.0.2.7", port: 50_000 };
        const bound = { callId: "r", sequence: 1, expiresAt: clock.now() + 60_000, path: [], source };
        await store.save("hall", [{ ...bound, uri: "sip:hall@192.0.2.7" }]);
        await store.save("browser", [{ ...bound, uri: "sip:b@x.invalid;transport=ws" }]);
        const registrar = new Registrar({
            store,
            clock,
            log,
            limits: { minSeconds: 60, maxSeconds: 3_600, maxContacts: 3 },
        });
        await registrar.load(accounts.map(({ username }) => username));
        const hosts = new Set([REALM]);
        phones = new Phones({
            accounts,
            realm: REALM,
            authenticator: new PhoneAuthenticator({
                accounts,
                realm: REALM,
                hosts,
                algorithms: ["MD5"],
                registrar,
                clock,
                log,
            }),
            registrar,
            routing: {
                dialPlan: { calleeOf, whoMayDial: noTrunkFor },
                hosts,
                mediaOf: () => ({ media: "rtp" }),
            },
        });
    });

    test.each([
        ["by a number are all of its user", "+442079460102", ["hall", "browser"]],
        ["by an account's address are those of the account", "sip:browser@matrix.example", ["browser"]],
        ["by an address elsewhere are not registered here", "sip:browser@pbx.example", undefined],
        ["by the number of a user without accounts are not registered here", "+442079460103", undefined],
        ["by a number that is not mapped are not registered here", "+442079460199", undefined],
    ])("%s", (_what, dialled, expected) => {
        expect(phones.phonesMeantBy(party(dialled), alice)?.map(({ account }) => account)).toEqual(expected);
    });

    test("see the address of who calls, and are called as they registered", () => {
        expect(phones.phonesMeantBy(party("sip:browser@matrix.example"), alice)).toEqual([
            {
                network: "phone",
                media: "webrtc",
                account: "browser",
                contact: "sip:b@x.invalid;transport=ws",
                nextHop: "sip:192.0.2.7:50000;transport=ws",
                caller: { kind: "address", address: "alice@matrix.example" },
            },
        ]);
    });
});
