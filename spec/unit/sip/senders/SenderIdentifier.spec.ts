import { describe, expect, it } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { SipAccount } from "../../../../lib/sip/registrar/SipAccount.ts";
import { SenderIdentifier } from "../../../../lib/sip/senders/SenderIdentifier.ts";
import type { PhoneAuthentication } from "../../../../lib/sip/registrar/PhoneAuthenticator.ts";
import type { TrunkAuthentication } from "../../../../lib/sip/trunk/TrunkAuthenticator.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";
import { ScriptedRequest } from "../../../support/sip/ScriptedStack.ts";

const pbx = { ...aTrunk({ name: "pbx" }), addresses: ["192.0.2.10"], trusted: true };
const carrier = { ...aTrunk({ name: "carrier" }), addresses: [] };
const account: SipAccount = {
    username: "desk",
    password: "p",
    user: "@alice:matrix.example" as MatrixUserId,
    media: "rtp",
};
const challenge = { status: 401 };

interface World {
    readonly phone?: PhoneAuthentication;
    readonly trunk?: TrunkAuthentication;
    readonly registered?: boolean;
    readonly registrar?: string;
    readonly registeredSource?: string;
    readonly headers?: Readonly<Record<string, string>>;
}

function identify(method: string, address: string, required: "password" | "source", world: World = {}) {
    const {
        phone = { kind: "notPhone" },
        trunk = { kind: "unasked" },
        registered,
        registrar,
        registeredSource,
        headers = {},
    } = world;
    const identifier = new SenderIdentifier({
        peers: [pbx, carrier],
        trunks: { authenticate: () => trunk },
        registrations: {
            callOf: () => (registered === true ? { trunk: carrier, uri: "sip:2001@here" } : undefined),
            trunkAt: (at) => (at === registrar ? carrier : undefined),
        },
        phones: {
            authenticate: () => phone,
            accountAt: (source) => (source.address === registeredSource ? account : undefined),
        },
    });
    const source = { protocol: "udp", address, port: 5060 };
    return identifier.identify(new ScriptedRequest(method, { source, headers }), required);
}

describe("SenderIdentifier", () => {
    it("identifies a peer by its source address", () => {
        expect(identify("INVITE", "192.0.2.10", "password")).toMatchObject({ kind: "peer", peer: pbx });
    });

    it("does not identify a web page that is not allowed by its source address", () => {
        const headers = { "X-WebSocket-Origin": "https://evil.example" };
        expect(identify("INVITE", "192.0.2.10", "password", { headers })).toEqual({ kind: "unknown" });
    });

    it("identifies a trunk by the contact of its registration, with the called URI", () => {
        expect(identify("INVITE", "203.0.113.7", "password", { registered: true })).toMatchObject({
            kind: "peer",
            peer: carrier,
            calledUri: "sip:2001@here",
        });
    });

    it("identifies a trunk by the address of its registrar", () => {
        const registrar = "203.0.113.7";
        expect(identify("INVITE", registrar, "password", { registrar })).toMatchObject({ kind: "peer", peer: carrier });
        expect(identify("INVITE", "203.0.113.8", "password", { registrar })).toEqual({ kind: "unknown" });
    });

    it("prefers a configured peer to the trunk that is registered at the same address", () => {
        const registrar = "192.0.2.10";
        expect(identify("INVITE", registrar, "password", { registrar })).toMatchObject({ kind: "peer", peer: pbx });
    });

    it("does not identify a web page by the address of a registrar", () => {
        const headers = { "X-WebSocket-Origin": "https://evil.example" };
        const registrar = "203.0.113.7";
        expect(identify("INVITE", registrar, "password", { registrar, headers })).toEqual({ kind: "unknown" });
    });

    it("identifies a trunk by its password, from any source address", () => {
        const trunk = { kind: "trunk", peer: carrier } as const;
        expect(identify("INVITE", "203.0.113.7", "password", { trunk })).toMatchObject({ kind: "peer", peer: carrier });
    });

    it("challenges a registered trunk that must authenticate", () => {
        const trunk = { kind: "answer", why: "trunk_challenged", response: challenge } as const;
        expect(identify("INVITE", "203.0.113.7", "password", { trunk, registered: true })).toMatchObject({
            kind: "challenged",
            why: "trunk_challenged",
        });
    });

    it.each([
        ["192.0.2.10", "trusted"],
        ["203.0.113.7", "untrusted"],
    ])("identifies a phone by its password behind %s as %s", (address, via) => {
        const phone = { kind: "phone", account } as const;
        expect(identify("REGISTER", address, "password", { phone })).toEqual({
            kind: "phone",
            account,
            knownBy: "password",
            via,
        });
    });

    it("prefers the phone's password to the peer at the same source address", () => {
        const phone = { kind: "answer", why: "phone_challenged", response: challenge } as const;
        expect(identify("INVITE", "192.0.2.10", "password", { phone })).toMatchObject({ kind: "challenged" });
    });

    it("identifies a phone by where it registered, for methods that require no password", () => {
        expect(identify("OPTIONS", "203.0.113.7", "source", { registeredSource: "203.0.113.7" })).toMatchObject({
            kind: "phone",
            account,
            knownBy: "source",
        });
    });

    it("does not identify a phone by where it registered for methods that require a password", () => {
        expect(identify("INVITE", "203.0.113.7", "password", { registeredSource: "203.0.113.7" }).kind).toBe("unknown");
    });

    it("does not challenge trunks for a REGISTER", () => {
        const trunk = { kind: "answer", why: "trunk_challenged", response: challenge } as const;
        expect(identify("REGISTER", "203.0.113.7", "password", { trunk }).kind).toBe("unknown");
    });
});
