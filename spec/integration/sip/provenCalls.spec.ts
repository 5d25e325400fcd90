import { afterEach, expect, test } from "vitest";
import { authorization, parseChallenges } from "../../../lib/sip/digest/DigestClient.ts";
import { aTrunk } from "../../support/sip/aTrunk.ts";
import { PHONE_SDP, ScriptedPhone } from "../../support/sip/ScriptedPhone.ts";
import { ALICE, SipSide } from "../../support/sip/SipSide.ts";

const URI = "sip:alice@matrix.example";
const stopLater: { stop(): Promise<void> | void }[] = [];

afterEach(async () => {
    for (const thing of stopLater.splice(0).reverse()) await thing.stop();
});

/** A trunk calls in from an address that is not listed, and authenticates with this password. */
async function callInWith(password: string) {
    const carrier = aTrunk({ name: "carrier", inboundAuth: { username: "carrier-in", password: "right" } });
    const side = await SipSide.start({ peers: [carrier] });
    const trunk = await ScriptedPhone.on(side.port());
    stopLater.push(side, { stop: () => trunk.close() });
    const call = trunk.invite(URI, { body: PHONE_SDP });
    const unauthorized = await trunk.next("SIP/2.0 401");
    trunk.within(call, "ACK", unauthorized);
    const [challenge] = parseChallenges(unauthorized.header("www-authenticate"));
    if (challenge === undefined) throw new Error("no challenge");
    const digest = { method: "INVITE", uri: URI, body: PHONE_SDP };
    const header = authorization(challenge, { username: "carrier-in", password }, digest, 1, "cnonce");
    trunk.invite(URI, { body: PHONE_SDP, headers: [`Authorization: ${header}`] });
    return { side, trunk };
}

test("a trunk that proves itself may call from anywhere", async () => {
    const { side } = await callInWith("right");
    const { request } = await side.intake.next();
    expect(request.ring[0].targets[0]).toMatchObject({ network: "matrix", callee: ALICE });
});

test("a wrong proof is refused, counted, and told to the operator", async () => {
    const { side, trunk } = await callInWith("wrong");
    await trunk.next("SIP/2.0 403");
    expect(side.telemetry.counted).toContain("dropped from sip: trunk_wrong_credentials");
    expect(side.log.lines).toEqual([expect.stringContaining("wrong user name or password")]);
});
