import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { HepCollector } from "../../lab/world/HepCollector.ts";
import { until } from "../../lab/world/until.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectAdminPage, expectOpenApi, expectPicture } from "../support/adminPage.ts";
import { COMMAND_ANSWERS } from "../support/commandAnswers.ts";
import { ControlChat } from "../support/ControlChat.ts";
import { expectBotInReplacement, expectNoticeIfEncrypted } from "../support/controlRooms.ts";
import { floodOfRequests } from "../support/floodOfRequests.ts";
import { expectHepOfCall } from "../support/hepOfCall.ts";

const BOT = `@sip-bridge:${domain}`;
const TOKEN = "token of the spec";
const PASSWORD = "correct-horse";
const tones = { phone: 700, alice: 500, carol: 600 };
const toAlice = {
    from: `<sip:${numbers.phone}@phones.example>`,
    to: `sip:${numbers.alice}@bridge`,
    toneHz: tones.phone,
};

// Every command is given by matrix-js-sdk in a room of a real Synapse.
describe("commands in Matrix rooms", () => {
    let world: World;
    let alice: MatrixClientPage;
    let carol: MatrixClientPage;
    let root: MatrixClientPage;
    let admin: ControlChat;
    let user: ControlChat;
    /** The room to which an admin invited the bot last: it receives the reports. */
    let control: ControlChat;
    let baresip: Baresip;
    let desk: Baresip;
    let collector: HepCollector;
    let adminPort: number;

    beforeAll(async () => {
        adminPort = await freePort();
        collector = await HepCollector.start();
        baresip = await Baresip.start({ toneHz: tones.phone });
        world = await World.start({
            configure: (config) => ({
                ...config,
                trunks: [
                    ...(config["trunks"] as readonly object[]),
                    { name: "baresip", address: `${loopback}:${baresip.port}`, domains: [loopback] },
                ],
                accounts: [{ username: "desk", password: PASSWORD, user: `@carol:${domain}` }],
                permissions: { [`@root:${domain}`]: "admin" },
                // this release of baresip gives up at a digest it does not know
                sip: { ...(config["sip"] as object), registrar: { algorithms: ["MD5"] } },
                // a unit of money each second
                limits: { user: { costPerDay: 1_000_000 }, rates: { "+442079460188": 60 } },
                hep: { collector: `${loopback}:${collector.port}`, password: "of the collector" },
                admin: { listen: `127.0.0.1:${adminPort}`, token: TOKEN },
            }),
        });
        [alice, carol, root] = await Promise.all([
            world.openClient("alice", { toneHz: tones.alice }),
            world.openClient("carol", { toneHz: tones.carol }),
            world.openClient("root", { toneHz: tones.carol }),
        ]);
        [admin, user] = await Promise.all([ControlChat.open(root, BOT), ControlChat.open(carol, BOT)]);
        control = await ControlChat.open(root, BOT);
        const via = `;auth_pass=${PASSWORD};outbound="sip:${loopback}:${world.bridge.sip.port}"`;
        desk = await Baresip.start({ toneHz: tones.phone, account: `sip:desk@${domain}`, accountParameters: via });
        await desk.isRegistered();
    });
    afterEach(() => world.stopPhones());
    afterAll(async () => {
        await world.stop();
        await Promise.all([baresip.stop(), desk.stop(), collector.stop()]);
    });

    /** A phone calls Alice, who answers. */
    async function phoneTalksToAlice() {
        const phone = await world.phoneCalls(toAlice);
        const { callId, roomId } = await alice.awaitRinging();
        await alice.answer(callId);
        await phone.isAnswered();
        await alice.awaitState(callId, "connected");
        return { phone, callId, roomId };
    }

    async function isRefusedWith(status: string): Promise<void> {
        const phone = await world.phoneCalls(toAlice);
        expect((await phone.isRefused()).startLine).toContain(status);
    }

    describe("while a phone that sends RTCP is in a call", () => {
        let callId: string;

        beforeAll(async () => {
            const { address, port } = world.bridge.sip;
            baresip.dial(`sip:${numbers.alice}@${address}:${port}`);
            ({ callId } = await alice.awaitRinging());
            await alice.answer(callId);
            await alice.hears(callId, tones.phone);
            // the SIP server drops them by itself; the bridge reports it later
            await floodOfRequests({ address, port }, 200);
        });

        it.each(COMMAND_ANSWERS)("answers %s", async (command, answer) => {
            expect(await admin.ask(command)).toContain(answer);
        });

        it("answers a user about the commands of users only", async () => {
            expect(await user.ask("whoami")).toContain("Level: user");
            for (const denied of [
                "drain",
                `map +442079460177 @carol:${domain}`,
                "status",
                "trunk trunk off",
                "hangup all",
            ])
                expect(await user.ask(denied)).toMatch(/There is no command|Only operators/);
            expect(await admin.ask("number +442079460177")).toContain("no user");
            expect(await admin.ask("calls")).toContain("connected");
        });

        it("needs the prefix in a room with other people, and ignores notices and edits", async () => {
            const chat = await ControlChat.open(carol, BOT);
            await chat.invite(root.device.userId);
            const said = await chat.say("version");
            await chat.say("!sip version", { msgtype: "m.notice" });
            await chat.say("!sip version", { "m.relates_to": { rel_type: "m.replace", event_id: said } });
            expect(await chat.ask("!sip version")).toContain("Version:");
            expect(await chat.answers()).toHaveLength(1);
        });

        it.each([
            ["echoes", "Audio passes both ways"],
            ["plays something else", "the tone did not come back"],
            ["sends no audio", "No audio arrives"],
        ] as const)("finds out by a test call that a peer %s", async (peer, verdict) => {
            const phone = await world.phoneListens({ toneHz: tones.phone });
            if (peer === "echoes") phone.tone.echo();
            if (peer === "sends no audio") phone.tone.mute();
            const question = await admin.ask("testcall trunk +442079460155");
            expect(question).toContain("real call to +442079460155 by trunk trunk");
            const answer = admin.ask("yes");
            await phone.isCalled();
            await phone.answer();
            expect(await answer).toContain(verdict);
            await phone.isDone();
        });

        it("says why a test call was not answered", async () => {
            const phone = await world.phoneListens({ toneHz: tones.phone });
            await admin.ask("testcall trunk +442079460155");
            const answer = admin.ask("yes");
            await phone.isCalled();
            await phone.refuse("busy");
            expect(await answer).toContain("inconclusive. The call was not answered: busy");
        });

        it("records codecs, quality in both directions and reasons at the end of the call", async () => {
            await until(async () => ((await world.rtpengine.ratedStreams()) === 2 ? true : undefined), {
                what: "RTCP reports in both directions",
                timeoutMs: 30_000,
            });
            await alice.hangUp(callId);
            const shown = await until(
                async () => {
                    const answer = await admin.ask(`call ${callId}`);
                    return answer.includes("Ended:") ? answer : undefined;
                },
                { what: "the record of the call", timeoutMs: 10_000 },
            );
            expect(shown).toContain("Audio: both ways");
            for (const party of ["caller", "callee"]) {
                const quality = "\\w+, \\d+ packets, MOS [1-5][.0-9]*, loss \\d+ %, jitter \\d+ ms";
                expect(shown).toMatch(new RegExp(`Audio from the ${party}: ${quality}`));
            }
            expect(shown).toContain("SIP reason: Q.850;cause=16");
            expect(shown).toContain("Matrix reason: m.call.hangup received: user_hangup");
            const { port: bridgePort } = world.bridge.sip;
            const ports = { phonePort: baresip.port, bridgePort };
            expectHepOfCall(collector.datagrams, { ...ports, password: "of the collector" });
        });

        it("shows the SIP messages of the call as text, and as a picture that a browser shows", async () => {
            expect(await admin.ask(`trace ${callId} 5`)).toContain("bridge → peer  BYE");
            const { info, bytes } = await admin.picture();
            await expectPicture(world, bytes, info);
        });

        it("serves the page and the OpenAPI document to a browser", async () => {
            const { phone, callId: live } = await phoneTalksToAlice();
            const url = `http://127.0.0.1:${adminPort}/`;
            await expectAdminPage(world, { url, token: TOKEN });
            await expectOpenApi(world, { url, token: TOKEN });
            await phone.hangUp();
            await alice.awaitState(live, "ended");
        });
    });

    it("reports a flood that the SIP server drops, once", async () => {
        expect(await control.hears("Scan or flood")).toContain("SIP requests within a minute were rejected or dropped");
    });

    it("says in an encrypted room that it cannot read commands", () => expectNoticeIfEncrypted(carol, BOT));
    it("follows a user from a room to the one that replaces it", () => expectBotInReplacement(carol, BOT));

    it("carries out keys, transfer and hangup in the rooms of their calls", async () => {
        const { phone, callId, roomId } = await phoneTalksToAlice();
        const chat = new ControlChat(alice, roomId);
        expect(await chat.ask("!sip keys 12#")).toBe("Done.");
        const heard = () => (phone.tone.heardDigits === "12#" ? true : undefined);
        await until(heard, { what: "the digits at the phone", timeoutMs: 10_000 });
        expect(await chat.ask(`!sip transfer ${carol.device.userId}`)).toBe("Done.");
        const taken = await carol.awaitRinging();
        await carol.answer(taken.callId);
        await alice.awaitState(callId, "ended");
        await Promise.all([phone.tone.hears(tones.carol), carol.hears(taken.callId, tones.phone)]);
        expect(await new ControlChat(carol, taken.roomId).ask("!sip hangup")).toBe("The call was ended.");
        await phone.isHungUp();
        await phone.isDone();
    });

    it("shows a live call with its SIP messages, and ends it, also after a restart", async () => {
        const { phone, callId } = await phoneTalksToAlice();
        expect(await admin.ask(`call ${callId}`)).toContain("bridge ← peer  INVITE");
        // the call goes on
        await world.bridge.terminate("SIGTERM");
        await world.bridge.start();
        expect(await admin.ask("calls")).toContain("@alice:matrix.example (phones), connected");
        expect(await admin.ask(`call ${callId}`)).toContain("@alice:matrix.example");
        expect(await admin.ask(`hangup ${callId}`)).toContain("was ended");
        await phone.isHungUp();
        await alice.awaitState(callId, "ended");
        await phone.isDone();
    });

    it("keeps calls from ringing a user who does not want them, and calls from a blocked number", async () => {
        const chat = await ControlChat.open(alice, BOT);
        expect(await chat.ask("dnd 1h")).toContain("for 1 h");
        await isRefusedWith("486");
        expect(await chat.ask("dnd off")).toContain("ring you again");
        expect(await admin.ask(`block ${numbers.phone}`)).toContain("are rejected");
        await isRefusedWith("603");
        expect(await admin.ask(`unblock ${numbers.phone}`)).toContain("accepted again");
    });

    it("removes the registration of a phone", async () => {
        expect(await admin.ask("phone desk drop")).toContain("will not ring until they register again. Send yes");
        expect(await admin.ask("yes")).toContain("The registrations of desk were removed.");
        expect(await admin.ask("phone desk")).toContain("No phone is registered for desk");
    });

    it("applies a changed configuration file after confirmation, and none with errors", async () => {
        const file = join(world.bridge.directory, "config.yaml");
        const before = readFileSync(file, "utf8");
        const config = JSON.parse(before) as { numbers: { map: object } };
        const map = { ...config.numbers.map, "+442079460179": `@alice:${domain}` };
        writeFileSync(file, JSON.stringify({ ...config, numbers: { ...config.numbers, map }, calls: { maxCalls: 7 } }));
        const question = await admin.ask("reload");
        expect(question).toContain("This applies numbers. A restart is needed for calls. Send yes");
        expect(await admin.ask("number +442079460179")).toContain("no user");
        await admin.ask("reload");
        expect(await admin.ask("yes")).toContain("Applied: numbers");
        expect(await admin.ask("number +442079460179")).toContain(`Inbound calls reach: @alice:${domain}`);
        writeFileSync(file, before.replace('"numbers":', '"numbres":'));
        expect(await admin.ask("reload")).toContain("Nothing was changed. The configuration file has errors: ");
        expect(await admin.ask("number +442079460179")).toContain(`Inbound calls reach: @alice:${domain}`);
        writeFileSync(file, before);
    });

    it("changes where calls go, after confirmation where it asks, and keeps that across a restart", async () => {
        expect(await admin.ask("map +442079460177 @alice:matrix.example")).toMatch(/Send undo \d+ to undo/);
        expect(await admin.ask("trunk trunk off")).toContain("Send yes");
        expect(await admin.ask("yes")).toContain("Trunk trunk is off");
        await world.bridge.restart();
        expect(await admin.ask("trunks")).toContain("trunk: off");
        expect(await admin.ask("history")).toContain("hungUp");
        const changed = await admin.ask("changes");
        expect(changed).toContain(`by @root:${domain}`);
        const phone = await world.phoneCalls({ ...toAlice, to: "sip:+442079460177@bridge" });
        await alice.awaitRinging();
        await phone.hangUp();
        await phone.isDone();
        const room = await alice.createDirectRoom(`@sip_442079460500:${domain}`);
        await alice.awaitState(await alice.placeCall(room), "ended");
        expect(await admin.ask("trunk trunk on")).toContain("is on");
        const id = /(\d+): [^\n]*\+442079460177/.exec(changed)?.[1] ?? "?";
        expect(await admin.ask(`undo ${id}`)).toContain("was undone");
        expect(await admin.ask("number +442079460177")).toContain("no user");
    });

    it("rejects new calls while it drains, and lets a call in progress go on", async () => {
        const { phone, callId } = await phoneTalksToAlice();
        expect(await admin.ask("drain")).toContain("Calls in progress continue: 1.");
        expect(await admin.ask("yes")).toContain("New calls are rejected. Calls in progress: 1.");
        const ready = await fetch(`http://127.0.0.1:${adminPort}/ready`);
        const draining = { reasons: [expect.stringContaining("draining")] };
        expect([ready.status, await ready.json()]).toMatchObject([503, draining]);
        await isRefusedWith("503");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await phone.hangUp();
        expect(await admin.ask("resume")).toContain("accepts calls again");
    });

    it("ends a call that reaches a limit, tells user and control room, and rejects the next one also after a restart", async () => {
        await admin.ask("limit user.costPerDay 2");
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const roomId = await alice.createDirectRoom("@sip_442079460188:matrix.example");
        const callId = await alice.placeCall(roomId);
        await phone.isCalled();
        await phone.answer();
        await alice.awaitState(callId, "connected");
        await phone.isHungUp();
        await alice.awaitState(callId, "ended");
        await new ControlChat(alice, roomId).hears("A limit for calls was reached.");
        await control.hears("of @alice:matrix.example was reached: calls are rejected");
        await world.bridge.restart();
        await alice.awaitState(await alice.placeCall(roomId), "ended");
        expect(await admin.ask("history @alice:matrix.example failed")).toContain("limitReached (caller)");
        expect(await admin.ask("limits")).toMatch(/user\.costPerDay: [2-9][.\d]* of 2 used, most by @alice/);
        // after everything that could have been reported
        const said = await control.ask("version");
        const reports = (await control.answers()).filter((text) => text.startsWith("⚠") && text.includes("costPerDay"));
        expect([reports.length, said]).toEqual([1, expect.stringContaining("Version:")]);
        await admin.ask("limit user.costPerDay 1000000");
    });
});
