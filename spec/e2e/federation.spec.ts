import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeRunDirectory } from "../../lab/labFolder.ts";
import { FederatedWorld, homeservers } from "../../lab/world/FederatedWorld.ts";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { matrixRequest } from "../../lab/world/matrixRequest.ts";
import { until } from "../../lab/world/until.ts";
import { numbers } from "../../lab/world/World.ts";
import { expectEnded, tones } from "../support/callEnd.ts";

const ghostOfPhone = `@sip_=2b${numbers.phone.slice(1)}:${homeservers.ours}`;
const toBob = { toneHz: tones.phone, to: "sip:bob@other.example" };

const chromiumOffer = new URL("../fixtures/sdp/chromium-156-audio-offer.sdp", import.meta.url);

/** An application service of the other homeserver: it can date events back, as a homeserver with a wrong clock does. */
const robot = { user: `@robot:${homeservers.other}`, asToken: randomBytes(16).toString("hex") };

async function writeRobotRegistration(): Promise<string> {
    const file = join(makeRunDirectory("registration"), "robot.yaml");
    const namespaces = { users: [{ exclusive: true, regex: "^@robot:.*" }], aliases: [], rooms: [] };
    const tokens = { as_token: robot.asToken, hs_token: randomBytes(16).toString("hex") };
    // nothing listens there
    const url = `http://${loopback}:${await freePort()}`;
    writeFileSync(file, JSON.stringify({ id: "robot", url, ...tokens, sender_localpart: "robot", namespaces }));
    return file;
}

describe("calls between a phone and a user of another homeserver", () => {
    let world: FederatedWorld;
    let bob: MatrixClientPage;
    let startedAt: number;

    beforeAll(async () => {
        world = await FederatedWorld.start({ otherRegistrations: [await writeRobotRegistration()] });
        startedAt = Date.now();
        bob = await world.openOtherClient("bob", { toneHz: tones.bob });
    });
    afterEach(() => world.reset());
    afterAll(() => world.stop());

    describe("inbound", () => {
        it("connects with audio in both directions, and the user hangs up", async () => {
            const phone = await world.phoneCalls(toBob);
            const { callId } = await bob.awaitRinging();
            await bob.answer(callId);
            await phone.isAnswered();
            await bob.awaitState(callId, "connected");
            await Promise.all([phone.tone.hears(tones.bob), bob.hears(callId, tones.phone)]);
            await bob.hangUp(callId);

            expect((await phone.isHungUp()).startLine).toMatch(/^BYE /);
            await expectEnded(world, bob, callId, "silent");
            await phone.isDone();
        });

        it("connects with audio in the same room, and the phone hangs up", async () => {
            const [before] = await bob.calls();
            const phone = await world.phoneCalls(toBob);
            const { callId, roomId } = await bob.awaitRinging();
            expect(roomId).toBe(before?.roomId);
            await bob.answer(callId);
            await phone.isAnswered();
            await bob.awaitState(callId, "connected");
            await Promise.all([phone.tone.hears(tones.bob), bob.hears(callId, tones.phone)]);
            await phone.hangUp();

            await expectEnded(world, bob, callId, { type: "m.call.hangup", reason: "user_hangup" });
            await phone.isDone();
        });

        it("is declined with 603", async () => {
            const phone = await world.phoneCalls(toBob);
            const { callId } = await bob.awaitRinging();
            await bob.reject(callId);
            expect((await phone.isRefused()).startLine).toMatch(/ 603 /);
            await expectEnded(world, bob, callId, "silent");
        });

        it("is rejected as busy with 486", async () => {
            const phone = await world.phoneCalls(toBob);
            const { callId } = await bob.awaitRinging();
            await bob.hangUp(callId, "user_busy");
            expect((await phone.isRefused()).startLine).toMatch(/ 486 /);
            await expectEnded(world, bob, callId, "silent");
        });

        it("stops ringing when the phone cancels", async () => {
            const phone = await world.phoneCalls(toBob);
            const { callId } = await bob.awaitRinging();
            await phone.isRinging();
            await phone.hangUp();
            expect((await phone.isRefused()).startLine).toMatch(/ 487 /);
            await expectEnded(world, bob, callId, { type: "m.call.hangup", reason: "user_hangup" });
        });

        it("gets 404 if the other homeserver does not have the user", async () => {
            const phone = await world.phoneCalls({ ...toBob, to: "sip:absent@other.example" });
            expect((await phone.isRefused()).startLine).toMatch(/ 404 /);
        });
    });

    describe("outbound", () => {
        let room: string;

        it("connects with audio in both directions, and the user hangs up", async () => {
            const phone = await world.phoneListens({ toneHz: tones.phone });
            room = await bob.createDirectRoom(ghostOfPhone);
            const callId = await bob.placeCall(room);
            await phone.isCalled();
            await phone.answer();
            await bob.awaitState(callId, "connected");
            await Promise.all([phone.tone.hears(tones.bob), bob.hears(callId, tones.phone)]);
            await bob.hangUp(callId);

            expect((await phone.isHungUp()).startLine).toMatch(/^BYE /);
            await expectEnded(world, bob, callId, "silent");
            await phone.isDone();
        });

        it("connects with audio, and the phone hangs up", async () => {
            const phone = await world.phoneListens({ toneHz: tones.phone });
            const callId = await bob.placeCall(room);
            await phone.isCalled();
            await phone.answer();
            await bob.awaitState(callId, "connected");
            await Promise.all([phone.tone.hears(tones.bob), bob.hears(callId, tones.phone)]);
            await phone.hangUp();

            await expectEnded(world, bob, callId, { type: "m.call.hangup", reason: "user_hangup" });
            await phone.isDone();
        });

        it.each([
            ["busy", "user_busy"],
            ["not found", "unknown_error"],
        ] as const)("ends with the reason when the phone is %s", async (refusal, reason) => {
            const phone = await world.phoneListens({ toneHz: tones.phone });
            const callId = await bob.placeCall(room);
            await phone.isCalled();
            await phone.refuse(refusal);
            await expectEnded(world, bob, callId, { type: "m.call.reject", reason });
            await phone.isDone();
        });

        it("is cancelled when the user gives up", async () => {
            const phone = await world.phoneListens({ toneHz: tones.phone });
            const callId = await bob.placeCall(room);
            await phone.isCalled();
            await bob.hangUp(callId);
            expect((await phone.isHungUp()).startLine).toMatch(/^CANCEL /);
            await expectEnded(world, bob, callId, "silent");
            await phone.isDone();
        });

        it("is rejected with a notice if no rule allows the number", async () => {
            const forbidden = await bob.createDirectRoom(`@sip_=2b33123456789:${homeservers.ours}`);
            const callId = await bob.placeCall(forbidden);
            await expectEnded(world, bob, callId, { type: "m.call.reject", reason: "unknown_error" });
            await bob.awaitEvent("a notice", (e) => e.type === "m.room.message" && e.roomId === forbidden);
        });

        it.each([-300_000, 300_000])("rings if the clock of the other homeserver is %d ms off", async (offset) => {
            // events that the homeserver may have kept are checked against the time for half a minute
            await until(() => Promise.resolve(Date.now() - startedAt > 31_000 || undefined), {
                what: "the end of the backlog",
                timeoutMs: 31_000,
            });
            const phone = await world.phoneListens({ toneHz: tones.phone });
            const ask = <T>(method: "GET" | "POST" | "PUT", path: string, body?: object): Promise<T> => {
                const query = `user_id=${encodeURIComponent(robot.user)}&ts=${Date.now() + offset}`;
                const { url } = world.other;
                const options = { accessToken: robot.asToken, ...(body === undefined ? {} : { body }) };
                return matrixRequest<T>(url, method, `/_matrix/client/v3${path}?${query}`, options);
            };
            const direct = { preset: "trusted_private_chat", is_direct: true, invite: [ghostOfPhone] };
            const { room_id } = await ask<{ room_id: string }>("POST", "/createRoom", direct);
            const member = `/rooms/${encodeURIComponent(room_id)}/state/m.room.member/${encodeURIComponent(ghostOfPhone)}`;
            const joined = async (): Promise<true | undefined> =>
                (await ask<{ membership: string }>("GET", member)).membership === "join" || undefined;
            await until(joined, { what: "the ghost in the room", timeoutMs: 20_000 });
            const offer = { type: "offer", sdp: readFileSync(chromiumOffer, "utf8") };
            const content = { call_id: `late${offset}`, version: "1", party_id: "X", lifetime: 60_000, offer };
            await ask("PUT", `/rooms/${encodeURIComponent(room_id)}/send/m.call.invite/t1`, content);
            await phone.isCalled();
            await phone.refuse("busy");
            await phone.isDone();
        });
    });
});
