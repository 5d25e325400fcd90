import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Synapse } from "../../../lab/world/Synapse.ts";
import { until } from "../../../lab/world/until.ts";
import { formatPhoneNumber, type PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import { FakeDirectory } from "../../support/FakeDirectory.ts";
import { browserDescription } from "../../support/matrix/descriptions.ts";
import { assembleForSpec, caller, dial, type BridgeWorld } from "../../support/matrix/bridgeWorld.ts";
import { MatrixPhone } from "../../support/matrix/MatrixPhone.ts";
import {
    startCountingProxy,
    startSynapse,
    writeRegistrationFile,
    type CountingProxy,
    type RegistrationFile,
} from "../../support/matrix/matrixWorld.ts";

const sdp = browserDescription();

let file: RegistrationFile;
let withoutLocalUsers: RegistrationFile;
let synapse: Synapse;
let proxy: CountingProxy;
let bridge: BridgeWorld | undefined;
let users = 0;

beforeAll(async () => {
    // as the bridge registers the users that its configuration names
    file = await writeRegistrationFile({ localUsers: "user[0-9]+" });
    withoutLocalUsers = await writeRegistrationFile({
        id: "no-locals",
        ghostPrefix: "tel_",
        localUsers: "not-registered",
    });
    synapse = await startSynapse([file, withoutLocalUsers]);
    proxy = await startCountingProxy(synapse.url);
});

afterEach(async () => {
    await bridge?.side.stop();
    expect(bridge?.log.lines).toEqual([]);
    bridge = undefined;
});

afterAll(async () => {
    await proxy.close();
    await synapse.stop();
});

async function startBridge(...changes: [changes?: Parameters<typeof assembleForSpec>[2], directory?: FakeDirectory]) {
    bridge = assembleForSpec(proxy.url, file, ...changes);
    await bridge.side.start();
    return bridge;
}

async function newUser(): Promise<MatrixPhone> {
    users += 1;
    return new MatrixPhone(await synapse.registerUser(`user${users}`));
}

/** A number that was not used before. */
function newNumber(): string {
    users += 1;
    return `+4420718${String(10_000 + users)}`;
}

function ghostOf(number: string, prefix = "sip_"): string {
    return `@${prefix}${number.replace("+", "=2b")}:matrix.example`;
}

describe("an inbound call", () => {
    it("rings immediately if the bridge can join as the callee", async () => {
        const { side } = await startBridge();
        const alice = await newUser();
        const number = newNumber();
        const call = dial(side, alice.userId, caller(number, "Bob"));
        await call.leg.offer(sdp);
        expect(call.events.map(({ kind }) => kind)).toEqual(["ringing"]);

        const [room = ""] = await alice.joinedRooms();
        const invite = await alice.sees(room, "m.call.invite");
        expect(invite.sender).toBe(ghostOf(number));
        expect(invite.content).toMatchObject({ call_id: call.callId, version: "1", invitee: alice.userId });
        expect(await alice.state(room, "m.room.member", ghostOf(number))).toMatchObject({ displayname: "Bob" });
        for (const type of ["m.bridge", "uk.half-shot.bridge"]) {
            expect(await alice.state(room, type, `sip:/${ghostOf(number)}`)).toMatchObject({
                protocol: { id: "sip" },
                channel: { id: `tel:${number}`, displayname: formatPhoneNumber(number as PhoneNumber) },
            });
        }
        await call.leg.end("cancelled");

        // clients would offer an Element Call, which the bridge does not answer, to users who can send this
        const member = `/rooms/${encodeURIComponent(room)}/state/org.matrix.msc3401.call.member/_${alice.userId}_1`;
        await expect(alice.request("PUT", member, {})).rejects.toThrow("M_FORBIDDEN");
    });

    it("sends four requests in a known room", async () => {
        const { side } = await startBridge();
        const alice = await newUser();
        const from = caller(newNumber());
        const first = dial(side, alice.userId, from);
        await first.leg.offer(sdp);
        await first.leg.end("cancelled");

        proxy.requests.length = 0;
        const [room = ""] = await alice.joinedRooms();
        const call = dial(side, alice.userId, from);
        await call.leg.offer(sdp);
        await alice.answer(room, call.callId);
        await until(() => call.events.find((fact) => fact.kind === "answered"), {
            what: "the answer",
            timeoutMs: 5_000,
        });
        await alice.sees(room, "m.call.select_answer");
        await call.leg.end("hungUp");

        expect(await alice.joinedRooms()).toEqual([room]);
        expect(proxy.requests).toEqual([
            "PUT send m.call.invite",
            "PUT send m.call.select_answer",
            "PUT send m.call.hangup",
        ]);
        const [selected] = await alice.events(room, "m.call.select_answer");
        expect(selected?.content["selected_party_id"]).toBe(alice.device.deviceId);
    });

    it("rings on if one device of the user has no microphone, and another one answers", async () => {
        const { side } = await startBridge();
        const alice = await newUser();
        const withoutMicrophone = new MatrixPhone({ ...alice.device, deviceId: "NOMICROPHONE" });
        const call = dial(side, alice.userId, caller(newNumber()));
        await call.leg.offer(sdp);
        const [room = ""] = await alice.joinedRooms();
        await withoutMicrophone.say(room, call.callId, "hangup", { reason: "user_media_failed" });
        await alice.answer(room, call.callId);
        const isOver = ({ kind }: { kind: string }): boolean => kind === "answered" || kind === "ended";
        await until(() => call.events.find(isOver), { what: "the answer", timeoutMs: 5_000 });
        expect(call.events.find(isOver)?.kind).toBe("answered");
        const selected = await alice.sees(room, "m.call.select_answer");
        expect(selected.content["selected_party_id"]).toBe(alice.device.deviceId);
        await call.leg.end("hungUp");
    });

    it("rings an invited user as soon as they join", async () => {
        const { side } = await startBridge({ mayJoinAs: () => false });
        const alice = await newUser();
        const call = dial(side, alice.userId, caller(newNumber()));
        await call.leg.offer(sdp);
        expect(call.events.map(({ kind }) => kind)).toEqual(["ringing"]);

        const room = await alice.invitation();
        await alice.join(room);
        await alice.sees(room, "m.call.invite");
        await alice.say(room, call.callId, "reject", { reason: "user_busy" });
        await until(() => call.events.find((fact) => fact.kind === "ended"), { what: "the end", timeoutMs: 5_000 });
        expect(call.events).toMatchObject([{ kind: "ringing" }, { kind: "ended", cause: "busy" }]);
        await call.leg.end("busy");
        expect(await alice.events(room, "m.call.hangup")).toEqual([]);
    });

    it("ends as unavailable when the invited user declines the room", async () => {
        const { side } = await startBridge({ mayJoinAs: () => false });
        const alice = await newUser();
        const call = dial(side, alice.userId, caller(newNumber()));
        await call.leg.offer(sdp);
        await alice.leave(await alice.invitation());
        await until(() => call.events.find((fact) => fact.kind === "ended"), { what: "the end", timeoutMs: 5_000 });
        expect(call.events.at(-1)).toEqual({ kind: "ended", cause: "unavailable" });
    });

    it("uses the same room after a restart, and a new one after the user left", async () => {
        const directory = new FakeDirectory();
        const alice = await newUser();
        const from = caller(newNumber());
        const first = await startBridge({}, directory);
        const one = dial(first.side, alice.userId, from);
        await one.leg.offer(sdp);
        await one.leg.end("cancelled");
        const [room = ""] = await alice.joinedRooms();
        await first.side.stop();

        const second = await startBridge({}, directory);
        const two = dial(second.side, alice.userId, from);
        await two.leg.offer(sdp);
        await two.leg.end("cancelled");
        expect(await alice.joinedRooms()).toEqual([room]);

        await alice.leave(room);
        const three = dial(second.side, alice.userId, from);
        await until(async () => ((await directory.pairOf(room as never)) === undefined ? true : undefined), {
            what: "the room to be forgotten",
            timeoutMs: 5_000,
        });
        await three.leg.offer(sdp);
        await three.leg.end("cancelled");
        const [newRoom] = await alice.joinedRooms();
        expect(newRoom).not.toBe(room);
        expect(newRoom).toBeDefined();
    });

    it("fails with notFound for a local user who does not exist", async () => {
        const { side } = await startBridge();
        const call = dial(side, "@absent:matrix.example", caller(newNumber()));
        await expect(call.leg.offer(sdp)).rejects.toMatchObject({ endCause: "notFound" });
    });
});

describe("an outbound call", () => {
    it("is opened once when it was placed before the ghost had joined", async () => {
        const { intake } = await startBridge();
        const alice = await newUser();
        const number = newNumber();
        const room = await alice.makeDirectRoom(ghostOf(number));
        // immediately, as Element does after its dial pad: the ghost joins while this is sent
        await alice.call(room, "early");
        const call = await until(() => intake.calls[0], { what: "the call", timeoutMs: 10_000 });
        expect(call.request.ring[0].targets[0]).toMatchObject({
            network: "sip",
            callee: { kind: "number", number },
            caller: alice.userId,
            trunks: ["carrier"],
        });
        await call.request.origin.accept(sdp);
        const answer = await alice.sees(room, "m.call.answer");
        await alice.say(room, "early", "select_answer", { selected_party_id: answer.content["party_id"] });
        await alice.say(room, "early", "hangup", { reason: "user_hangup" });
        await until(() => call.facts.find((fact) => fact.kind === "ended"), { what: "the end", timeoutMs: 5_000 });
        expect(call.facts).toEqual([{ kind: "ended", cause: "hungUp" }]);
        expect(intake.calls).toHaveLength(1);
    });

    it("is found in the room history when the homeserver does not deliver it", async () => {
        const alice = await newUser();
        const number = newNumber();
        const ghost = ghostOf(number, "tel_");
        // of rooms that only local users are in, this bridge is not told
        const room = await alice.makeDirectRoom(ghost);
        await alice.call(room, "placed-while-down");

        bridge = assembleForSpec(proxy.url, withoutLocalUsers, { ghostPrefix: "tel_" });
        await bridge.side.start();
        const { intake } = bridge;
        const call = await until(() => intake.calls[0], { what: "the call", timeoutMs: 20_000 });
        expect(call.request.ring[0].targets[0]).toMatchObject({ callee: { number } });
        await call.request.origin.end("busy");
        expect((await alice.sees(room, "m.call.reject")).content["reason"]).toBe("user_busy");
        expect((await alice.sees(room, "m.room.message")).content["body"]).toBe("The line is busy. Try again later.");
    });

    it("is rejected with a reason when no rule allows it", async () => {
        const { intake } = await startBridge();
        const alice = await newUser();
        const room = await alice.makeDirectRoom("@sip_=2b33123456789:matrix.example");
        await alice.call(room, "not-allowed");
        await alice.sees(room, "m.call.reject");
        const notice = await alice.sees(room, "m.room.message");
        expect(notice.content).toEqual({
            msgtype: "m.notice",
            body: "You aren't allowed to call this number. Please contact your administrator.",
        });
        expect(intake.calls).toEqual([]);
    });
});

describe("the dial pad", () => {
    it("finds both protocols, and one ghost for every spelling of a number", async () => {
        await startBridge();
        const alice = await newUser();
        const protocols = await alice.request<Record<string, unknown>>("GET", "/thirdparty/protocols");
        expect(Object.keys(protocols).sort()).toEqual(["im.vector.protocol.pstn", "m.protocol.pstn"]);
        expect(protocols["m.protocol.pstn"]).toMatchObject({ user_fields: ["m.id.phone"], instances: [] });

        const ghost = "@sip_=2b442071838750:matrix.example";
        for (const protocol of Object.keys(protocols)) {
            for (const typed of ["+44 20 7183 8750", "020 7183 8750", " 442071838750"]) {
                const query = encodeURIComponent(typed);
                const found = await alice.request("GET", `/thirdparty/user/${protocol}?m.id.phone=${query}`);
                expect(found).toEqual([{ userid: ghost, protocol, fields: { "m.id.phone": "+442071838750" } }]);
            }
        }
        expect(await alice.request("GET", `/profile/${encodeURIComponent(ghost)}`)).toMatchObject({
            displayname: "+44 20 7183 8750",
        });
        const code = await alice.request("GET", "/thirdparty/user/m.protocol.pstn?m.id.phone=*21%23");
        expect(code).toMatchObject([{ fields: { "m.id.phone": "*21#" } }]);
        expect(await alice.request("GET", "/thirdparty/user/m.protocol.pstn?m.id.phone=absent")).toEqual([]);
    });

    it("creates ghosts that clients invite without a lookup", async () => {
        await startBridge();
        const alice = await newUser();
        const ghost = ghostOf(newNumber());
        const room = await alice.makeDirectRoom(ghost);
        await alice.sees(room, "m.room.member", (e) => e.state_key === ghost && e.content["membership"] === "join");
    });
});
