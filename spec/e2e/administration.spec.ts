import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { HepCollector } from "../../lab/world/HepCollector.ts";
import { until } from "../../lab/world/until.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { decodeHep } from "../support/decodeHep.ts";
import { ALL_COMMANDS } from "../../lib/admin/allCommands.ts";
import { COMMAND_ANSWERS } from "../support/commandAnswers.ts";
import { ControlChat } from "../support/ControlChat.ts";

const BOT = "@sip-bridge:matrix.example";
const TOKEN = "token of the spec";
const toAlice = { from: numbers.phone, to: `sip:${numbers.alice}@bridge`, toneHz: 700 };

describe("commands in Matrix rooms", () => {
    let world: World;
    let alice: MatrixClientPage;
    let admin: ControlChat;
    let user: ControlChat;
    let baresip: Baresip;
    let collector: HepCollector;
    let adminPort: number;

    beforeAll(async () => {
        adminPort = await freePort();
        collector = await HepCollector.start();
        baresip = await Baresip.start({ toneHz: 700 });
        world = await World.start({
            configure: (config) => ({
                ...config,
                trunks: [
                    ...(config["trunks"] as readonly object[]),
                    { name: "baresip", address: `${loopback}:${baresip.port}`, domains: [loopback] },
                ],
                permissions: { "@root:matrix.example": "admin" },
                // the SIP server then passes requests from unknown addresses to the bridge
                sip: { ...(config["sip"] as object), unknownPeers: "reject" },
                // a unit of money each second
                limits: { user: { costPerDay: 1_000_000 }, rates: { "+442079460188": 60 } },
                hep: { collector: `${loopback}:${collector.port}`, password: "of the collector" },
                admin: { listen: `127.0.0.1:${adminPort}`, token: TOKEN },
            }),
        });
        alice = await world.openClient("alice", { toneHz: 500 });
        admin = await ControlChat.open(await world.synapse.registerUser("root", "Root"), BOT);
        user = await ControlChat.open(await world.synapse.registerUser("carol", "Carol"), BOT);
    });
    afterEach(() => world.stopPhones());
    afterAll(async () => {
        await world.stop();
        await Promise.all([baresip.stop(), collector.stop()]);
    });

    it("answers with the state of every part", async () => {
        const answer = await admin.ask("status");
        expect(answer).toContain("Service: accepts calls");
        for (const part of ["homeserver up", "SIP server up", "rtpengine", "trunk trunk up"])
            expect(answer).toContain(part);
    });

    it.each([
        ["help trunk", "Usage: trunk <name>"],
        ["trunks", "trunk: on"],
        ["trunk trunk", "serves"],
        ["phones", "No account is configured."],
        [`number ${numbers.alice}`, "Inbound calls reach: @alice:matrix.example"],
        [`route @alice:matrix.example ${numbers.phone}`, "Trunks: trunk"],
        ["limits", "user.costPerDay: 0 of 1000000 used"],
        ["config", "No command changed anything."],
        ["version", "Version:"],
        ["whoami", "Level: admin"],
        ["calls", "There are no calls."],
        ["callerid", "trunk:"],
        ["hold", "You have no call in this room."],
        ["loglevel debug 1", "The log level is debug for 1 minutes."],
        ["reload", "has not changed"],
        ["trunsk", "Did you mean trunks?"],
    ])("answers %s", async (command, answer) => {
        expect(await admin.ask(command)).toContain(answer);
    });

    it("answers a user about the commands of users only", async () => {
        expect(await user.ask("whoami")).toContain("Level: user");
        expect(await user.ask("drain")).toContain('There is no command "drain"');
        expect(await user.ask("map +442079460177 @carol:matrix.example")).toContain("There is no command");
    });

    it("needs the prefix in a room with other people, and ignores notices and edits", async () => {
        const device = await world.synapse.loginAgain("root");
        const chat = await ControlChat.open(device, BOT, ["@carol:matrix.example"]);
        await chat.joinedBy(await world.synapse.loginAgain("carol"));
        const said = await chat.say("version");
        await chat.say("!sip version", { msgtype: "m.notice" });
        await chat.say("!sip version", { "m.relates_to": { rel_type: "m.replace", event_id: said } });
        expect(await chat.ask("!sip version")).toContain("Version:");
        expect(await chat.botTexts()).toHaveLength(1);
    });

    it("shows a live call with its SIP messages, and ends it, also after a restart", async () => {
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await phone.isAnswered();
        expect(await admin.ask("calls")).toContain("@alice:matrix.example (phones), connected");
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
        await vi.waitFor(async () => expect(await admin.ask("history")).toContain("hungUp"), 10_000);
    });

    it("changes who is reached by a number after confirmation only where it asks, and keeps that across a restart", async () => {
        expect(await admin.ask("map +442079460177 @alice:matrix.example")).toContain("Send undo 1 to undo.");
        expect(await admin.ask("trunk trunk off")).toContain("Send yes");
        expect(await admin.ask("yes")).toContain("Trunk trunk is off");
        await world.bridge.restart();
        expect(await admin.ask("number +442079460177")).toContain("Inbound calls reach: @alice:matrix.example");
        expect(await admin.ask("trunks")).toContain("trunk: off");
        expect(await admin.ask("history")).toContain("hungUp");
        expect(await admin.ask("trunk trunk on")).toContain("is on");
        expect(await admin.ask("undo 1")).toContain("was undone");
        expect(await admin.ask("number +442079460177")).toContain("no user");
    });

    it("rejects new calls while it drains, and lets a call in progress go on", async () => {
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await phone.isAnswered();
        await alice.awaitState(callId, "connected");
        expect(await admin.ask("drain")).toContain("1 present call");
        expect(await admin.ask("yes")).toContain("New calls are rejected. 1 calls continue");
        const ready = await fetch(`http://127.0.0.1:${adminPort}/ready`);
        expect([ready.status, await ready.json()]).toMatchObject([
            503,
            { reasons: [expect.stringContaining("draining")] },
        ]);
        const second = await world.phoneCalls(toAlice);
        expect((await second.isRefused()).startLine).toContain("503");
        await Promise.all([phone.tone.hears(500), alice.hears(callId, 700)]);
        await phone.hangUp();
        expect(await admin.ask("resume")).toContain("accepts calls again");
    });

    it("ends a call that reaches a limit, tells user and control room, and rejects the next one also after a restart", async () => {
        const control = await ControlChat.open(await world.synapse.loginAgain("root"), BOT);
        await admin.ask("limit user.costPerDay 2");
        const phone = await world.phoneListens({ toneHz: 700 });
        const roomId = await alice.createDirectRoom("@sip_442079460188:matrix.example");
        const callId = await alice.placeCall(roomId);
        await phone.isCalled();
        await phone.answer();
        await alice.awaitState(callId, "connected");
        await phone.isHungUp();
        await alice.awaitState(callId, "ended");
        await alice.awaitEvent("a notice about the limit", ({ content }) =>
            String(content["body"]).startsWith("A limit for calls was reached."),
        );
        await vi.waitFor(async () => {
            const reports = (await control.botTexts()).filter((text) => text.includes("user.costPerDay"));
            expect(reports).toEqual([
                expect.stringContaining("of @alice:matrix.example was reached: calls are rejected"),
            ]);
        }, 10_000);
        await world.bridge.restart();
        await alice.awaitState(await alice.placeCall(roomId), "ended");
        expect(await admin.ask("history @alice:matrix.example failed")).toContain("limitReached (caller)");
        expect(await admin.ask("limits")).toMatch(/user\.costPerDay: [2-9][.\d]* of 2 used, most by @alice/);
        await admin.ask("limit user.costPerDay 1000000");
    });

    it("rejects calls from a trunk that is off in both directions", async () => {
        expect(await admin.ask("trunk baresip off both")).toContain("No calls will go to, or be accepted from baresip");
        expect(await admin.ask("yes")).toContain("off for calls in both directions");
        expect(await admin.ask("changes")).toContain("trunk baresip is off for all calls");
        expect(await admin.ask("trunk baresip on")).toContain("is on");
    });

    it.each([
        ["echoes", "Audio passes both ways"],
        ["plays something else", "the tone did not come back"],
        ["sends no audio", "No audio arrives"],
    ] as const)("finds out by a test call that a peer %s", async (peer, verdict) => {
        const phone = await world.phoneListens({ toneHz: 700 });
        if (peer === "echoes") phone.tone.echo();
        if (peer === "sends no audio") phone.tone.mute();
        expect(await admin.ask("testcall trunk +442079460155")).toContain("real call to +442079460155 by trunk trunk");
        const answer = admin.ask("yes");
        await phone.isCalled();
        await phone.answer();
        expect(await answer).toContain(verdict);
        await phone.isDone();
    });

    it("says why a test call was not answered", async () => {
        const phone = await world.phoneListens({ toneHz: 700 });
        await admin.ask("testcall trunk +442079460155");
        const answer = admin.ask("yes");
        await phone.isCalled();
        await phone.refuse("busy");
        expect(await answer).toContain("inconclusive. The call was not answered: busy");
    });

    it("records codecs, quality in both directions, and reasons of a call with a phone that sends RTCP", async () => {
        const { address, port } = world.bridge.sip;
        baresip.dial(`sip:${numbers.alice}@${address}:${port}`);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await alice.hears(callId, 700);
        await until(async () => ((await world.rtpengine.ratedStreams()) === 2 ? true : undefined), {
            what: "RTCP reports in both directions",
            timeoutMs: 30_000,
        });
        await alice.hangUp(callId);
        const shown = await vi.waitFor(async () => {
            const answer = await admin.ask(`call ${callId}`);
            expect(answer).toContain("Ended:");
            return answer;
        }, 10_000);
        expect(shown).toContain("Audio: both ways");
        for (const party of ["caller", "callee"])
            expect(shown).toMatch(
                new RegExp(
                    `Audio from the ${party}: \\w+, \\d+ packets, MOS [1-5][.0-9]*, loss \\d+ %, jitter \\d+ ms`,
                ),
            );
        const packets = collector.datagrams.map(decodeHep);
        const report = packets.findLast(({ protocolType }) => protocolType === 0x22);
        expect(JSON.parse(report?.payload ?? "{}")).toMatchObject({ AUDIO: "bothWays" });
        const sip = packets.filter(({ correlationId }) => correlationId === report?.correlationId);
        const [invite, ...others] = sip.filter(({ protocolType }) => protocolType === 1);
        const bye = others.find(({ payload }) => payload.startsWith("BYE "));
        expect(bye).toMatchObject({ sourcePort: port, destinationPort: baresip.port });
        expect(invite).toMatchObject({
            source: loopback,
            sourcePort: baresip.port,
            destinationPort: port,
            ipProtocol: 17,
        });
        expect([invite, ...others].map((packet) => packet?.payload.split("\r\n")[0])).toEqual([
            expect.stringMatching(/^INVITE sip:.* SIP\/2\.0$/),
            "SIP/2.0 180 Ringing",
            "SIP/2.0 200 OK",
            expect.stringMatching(/^ACK /),
            expect.stringMatching(/^BYE /),
            "SIP/2.0 200 OK",
        ]);
        for (const { payload, authKey } of sip) {
            if (payload.startsWith("{")) continue;
            expect(authKey).toBe("of the collector");
            for (const header of ["Call-ID: ", "From: ", "To: ", "CSeq: "]) expect(payload).toContain(header);
        }
        expect(shown).toContain("SIP reason: Q.850;cause=16");
        expect(await admin.ask(`trace ${callId} 5`)).toContain("bridge → peer  BYE");
        const picture = await vi.waitFor(async () => admin.file("trace.svg"), 10_000);
        expect(picture).toContain("<svg");
        const shownPicture = await world.chromium.openPage(`data:image/svg+xml,${encodeURIComponent(picture)}`);
        expect(await shownPicture.locator("text", { hasText: "180 Ringing" }).count()).toBe(1);
        writeFileSync(join(world.bridge.directory, "trace.png"), await shownPicture.screenshot());
        await shownPicture.close();
        expect(shown).toContain("Matrix reason: m.call.hangup received: user_hangup");
    });

    it.each(COMMAND_ANSWERS)("carries out %s", async (command, answer) => {
        expect(await admin.ask(command)).toContain(answer);
    });

    it("serves an OpenAPI document that a browser reads, with every command", async () => {
        const page = await world.chromium.openPage(`http://127.0.0.1:${adminPort}/`);
        const read = `fetch("/v1", { headers: { Authorization: "Bearer ${TOKEN}" } }).then((response) => response.json())`;
        const document = await page.evaluate<{ openapi: string; paths: Readonly<Record<string, object>> }>(read);
        expect(document.openapi).toBe("3.1.0");
        expect(Object.keys(document.paths).sort()).toEqual(ALL_COMMANDS.map(({ name }) => `/v1/${name}`).sort());
        await page.close();
    });

    it("serves the page to a browser, with the calls of the spec", async () => {
        const page = await world.chromium.openPage(`http://127.0.0.1:${adminPort}/`);
        const problems: string[] = [];
        page.on("pageerror", (error) => problems.push(error.message));
        await page.fill("#token", TOKEN);
        await page.click("#login button");
        await page.waitForSelector("#recent tbody tr");
        await page.click("#recent tbody tr:has-text('both ways')");
        await page.locator("#call", { hasText: "INVITE" }).waitFor();
        expect(await page.locator("#audio tbody tr").allInnerTexts()).toMatchObject([
            expect.stringMatching(/^caller\t.*ms\t[1-5]/),
            expect.stringMatching(/^callee\t.*ms\t[1-5]/),
        ]);
        const screenshot = await page.screenshot({ fullPage: true });
        writeFileSync(join(world.bridge.directory, "admin-page.png"), screenshot);
        await page.setViewportSize({ width: 390, height: 844 });
        writeFileSync(join(world.bridge.directory, "admin-phone.png"), await page.screenshot({ fullPage: true }));
        // wide tables scroll within the page
        expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
        expect(await page.textContent("#parts")).toContain("homeserver");
        expect(problems).toEqual([]);
        await page.close();
    });
});
