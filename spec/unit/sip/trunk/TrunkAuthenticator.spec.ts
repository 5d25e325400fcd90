import { describe, expect, it } from "vitest";
import { authorization, parseChallenges } from "../../../../lib/sip/digest/DigestClient.ts";
import type { IncomingRequest } from "../../../../lib/sip/SipStack.ts";
import { TrunkAuthenticator } from "../../../../lib/sip/trunk/TrunkAuthenticator.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";
import { ScriptedRequest } from "../../../support/sip/ScriptedStack.ts";

const carrier = aTrunk({ name: "carrier", inboundAuth: { username: "in", password: "right" } });
const other = aTrunk({ name: "other", inboundAuth: { username: "other-in", password: "theirs" } });
const plain = aTrunk({ name: "plain" });

function world(peers = [carrier, other, plain]) {
    const log = new KeptLog();
    const guard = new TrunkAuthenticator({ peers, realm: "bridge.example", clock: new FakeClock(), log });
    const invite = (headers = {}): IncomingRequest => new ScriptedRequest("INVITE", { headers });
    /** What comes of an INVITE whose challenge is answered so. */
    const attempt = (username: string, password: string, known?: typeof carrier) => {
        const first = guard.authenticate(invite(), known);
        if (first.kind !== "answer") return first;
        const [challenge] = parseChallenges(first.response.headerLines?.[0]?.[1] ?? "");
        if (challenge === undefined) throw new Error("no challenge");
        const digest = { method: "INVITE", uri: "sip:alice@bridge.example", body: "" };
        const header = authorization(challenge, { username, password }, digest, 1, "cn");
        return guard.authenticate(invite({ Authorization: header }), known);
    };
    return { log, guard, invite, attempt };
}

describe("who is asked", () => {
    it.each([
        ["an unknown peer", undefined, "answer"],
        ["a trunk that has to prove itself", carrier, "answer"],
        ["a trunk that has not", plain, "unasked"],
    ] as const)("%s", (_, known, kind) => {
        const { guard, invite } = world();
        expect(guard.authenticate(invite(), known).kind).toBe(kind);
    });

    it("is no trunk if no trunk has inbound credentials", () => {
        const { guard, invite } = world([plain]);
        expect(guard.authenticate(invite(), undefined).kind).toBe("unasked");
    });
});

describe("whose call it is", () => {
    it("is the trunk's that proves itself, from its address and any other", () => {
        const { attempt } = world();
        expect(attempt("in", "right")).toEqual({ kind: "trunk", peer: carrier });
        expect(attempt("in", "right", carrier)).toEqual({ kind: "trunk", peer: carrier });
        expect(attempt("other-in", "theirs")).toEqual({ kind: "trunk", peer: other });
    });

    it.each([
        ["in", "wrong", undefined],
        ["an unknown user", "right", undefined],
        ["other-in", "theirs", carrier],
    ] as const)("is not that of %s with %s", (username, password, known) => {
        const { attempt, log } = world();
        expect(attempt(username, password, known)).toMatchObject({
            why: "trunk_wrong_credentials",
            response: { status: 403 },
        });
        expect(log.lines).toEqual([expect.stringContaining("wrong user name or password")]);
    });
});
