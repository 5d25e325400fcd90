import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../lab/labFolder.ts";
import { Baresip } from "../../lab/world/Baresip.ts";
import type { BridgeConfig } from "../../lab/world/Bridge.ts";
import { loopback } from "../../lab/world/freePort.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { Pbx, pbx } from "../../lab/world/Pbx.ts";
import { World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import { documentationPages, fencesOf } from "../support/docs/markdown.ts";

/** The number of docs/examples/fritzbox.yaml, as the phones of the box dial it. */
const aliceAtTheBox = "0301234567";
const boxPassword = "secret-of-the-box";

interface Example {
    readonly trunks: readonly BridgeConfig[];
    readonly numbers: BridgeConfig;
    readonly dialling: BridgeConfig;
}

/** docs/examples/fritzbox.yaml, with the address and account of the box in the lab. */
function exampleFor(box: Pbx): Example {
    const example = parse(readFileSync(join(projectRoot, "docs/examples/fritzbox.yaml"), "utf8")) as Example;
    const [trunk] = example.trunks;
    const here = {
        address: `${loopback}:${box.server.port}`,
        name: "box",
        username: pbx.line.user,
        password: pbx.line.password,
    };
    return { trunks: [{ ...trunk, ...here }], numbers: example.numbers, dialling: example.dialling };
}

/** The account that docs/fritzbox.md gives the box, with a password in place of its file, and the digest for it. */
function documentedAccount(): { readonly account: BridgeConfig; readonly registrar: BridgeConfig } {
    const page = documentationPages().find(({ path }) => path === "docs/fritzbox.md");
    const blocks = page === undefined ? [] : fencesOf(page).filter(({ language }) => language === "yaml");
    const { sip, accounts } = parse(blocks.find(({ text }) => text.includes("accounts:"))?.text ?? "") as {
        readonly sip: { readonly registrar: BridgeConfig };
        readonly accounts: readonly BridgeConfig[];
    };
    return { account: { ...accounts[0], password: boxPassword }, registrar: sip.registrar };
}

/** A Kamailio that challenges is the box of the first way, a baresip the box of the second. */
describe("the configurations of docs/fritzbox.md", () => {
    let box: Pbx;
    let world: World;
    let handset: Baresip;
    let otherBox: Baresip;
    let alice: MatrixClientPage;

    beforeAll(async () => {
        box = await Pbx.start({ lineNumbers: `^(${aliceAtTheBox}|${pbx.line.user})$` });
        const { account, registrar } = documentedAccount();
        world = await World.start({
            configure: (config) => ({
                ...config,
                ...{ ...exampleFor(box), accounts: [account] },
                sip: { ...(config["sip"] as BridgeConfig), peers: [], registrar },
            }),
        });
        handset = await box.startPhone(tones.phone);
        const { address, port } = world.bridge.sip;
        otherBox = await Baresip.start({
            toneHz: tones.otherPhone,
            account: `sip:fritzbox@${address}:${port}`,
            accountParameters: `;auth_pass=${boxPassword}`,
        });
        await otherBox.isRegistered();
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterAll(async () => {
        await world.stop();
        await otherBox.stop();
        await box.stop();
    });

    it.each([
        ["the number of Alice", aliceAtTheBox],
        ["the account name, which leads to defaultUser", pbx.line.user],
    ])("reach Alice when a phone of the box calls %s", async (_, called) => {
        handset.dial(`sip:${called}@${pbx.domain}`);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await alice.awaitState(callId, "connected");
        await Promise.all([handset.hears(tones.alice), alice.hears(callId, tones.phone)]);
        handset.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it.each([
        ["an internal number", "**610"],
        ["a number of the country", "+49 30 7654321"],
    ])("let Alice call %s, as the account of the bridge", async (_, dialled) => {
        const after = handset.events().length;
        const callId = await alice.dialNumber(dialled);
        const { peeruri } = await handset.awaitEvent("CALL_INCOMING", { after });
        expect(peeruri).toContain(`sip:${pbx.line.user}@`);
        handset.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([handset.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);
        await expectEnded(world, alice, callId, "silent");
    });

    it("ring a box that is registered with the bridge together with Alice's client", async () => {
        handset.dial(`sip:${aliceAtTheBox}@${pbx.domain}`);
        const { callId } = await alice.awaitRinging();
        await otherBox.awaitEvent("CALL_INCOMING");
        otherBox.answer();
        await alice.awaitState(callId, "ended");
        await Promise.all([handset.hears(tones.otherPhone), otherBox.hears(tones.phone)]);
        handset.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "answered_elsewhere" });
    });

    it("let the registered box call what Alice may call", async () => {
        const after = handset.events().length;
        const before = otherBox.events().length;
        const { address, port } = world.bridge.sip;
        otherBox.dial(`sip:0307654321@${address}:${port}`);
        await handset.awaitEvent("CALL_INCOMING", { after });
        handset.answer();
        // audio can come before baresip has taken in the answer
        await otherBox.awaitEvent("CALL_ESTABLISHED", { after: before });
        await Promise.all([handset.hears(tones.otherPhone), otherBox.hears(tones.phone)]);
        otherBox.hangUp();
        await handset.awaitEvent("CALL_CLOSED", { after });
        await world.rtpengine.drained();
    });

    it("give the operator nothing to look at", () => {
        expectQuietLog(world);
    });
});
