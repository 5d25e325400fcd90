import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallPolicy } from "../../../lib/call/CallPolicy.ts";
import type { CallState } from "../../../lib/call/CallState.ts";
import { type CallId, linkLeg, ORIGIN } from "../../../lib/call/vocabulary.ts";
import { CallDesk } from "../../../lib/desk/CallDesk.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { CallSnapshot } from "../../../lib/ports/CallJournal.ts";
import type { LegReport } from "../../../lib/ports/CallLeg.ts";
import type { LegRecord, MatrixCalleeRecord, SipInviteRecord } from "../../../lib/ports/LegRecord.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { FakeLeg } from "../../support/FakeLeg.ts";
import { journaled } from "../../support/journaled.ts";
import { MemoryJournal } from "../../support/MemoryJournal.ts";
import { KeptLog, KeptRecorder, KeptTelemetry } from "../../support/quiet.ts";
import { HandledMedia } from "./HandledMedia.ts";
import { sdp, turn } from "./openDesk.ts";

const CALL = "c1" as CallId;
const USER = "@alice:matrix.example" as MatrixUserId;
const POLICY: CallPolicy = { ringMs: 60_000, maxDurationMs: 3_600_000 };

const PHONE_RINGS: SipInviteRecord = {
    ...{ network: "sip", phase: "inviteReceived", peer: "phones", transactionId: "t1", headers: {} },
    copy: { via: "", from: "", to: "", callId: "c", cseq: 1 },
};
const PHONE_TALKS: LegRecord = {
    ...{ network: "sip", phase: "connected", peer: "phones", role: "callee", dialogId: "d1", headers: {}, timer: {} },
    ...{ local: sdp("A'"), remote: sdp("O"), ack: "received", credentials: "withheld" },
    copy: { callId: "1@phone", local: "<sip:b>;tag=1", remote: "<sip:p>;tag=2", target: "sip:p", route: [], cseq: 0 },
};
const USER_RINGS: MatrixCalleeRecord = {
    ...{
        network: "matrix",
        role: "callee",
        phase: "ringing",
        room: "!r:matrix.example",
        ghost: "@sip_1:matrix.example",
    },
    ...{ user: USER, matrixCallId: CALL, version: 1, partyId: "sip1", negotiations: 0 },
};

/** One run of the bridge, with the journal of the one before. */
function run(journal: MemoryJournal) {
    const [clock, media, recorder, log] = [new FakeClock(), new HandledMedia(), new KeptRecorder(), new KeptLog()];
    const [phone, user] = [new FakeLeg(), new FakeLeg()];
    const desk = new CallDesk({
        ...{ clock, media, recorder, log, journal, telemetry: new KeptTelemetry(), maxCalls: 10 },
        effectTimeoutMs: 5_000,
    });
    const reports: { phone?: LegReport; user?: LegReport } = {};
    const dialler = {
        dial: (_callId: CallId, _target: unknown, report: LegReport) => {
            reports.user = report;
            return user;
        },
    };
    const open = (): void => {
        desk.connect({ matrix: dialler, sip: dialler, phone: dialler });
        phone.record = PHONE_RINGS;
        const target = { network: "matrix", media: "webrtc", callee: USER, caller: { kind: "anonymous" } } as const;
        const opened = desk.open({
            ...{ callId: CALL, origin: phone, originMedia: "rtp", offer: sdp("O"), policy: POLICY },
            ring: [{ targets: [target], forMs: 60_000 }],
        });
        if ("report" in opened) reports.phone = opened.report;
    };
    const resume = (): void => {
        const resumeLeg = (leg: FakeLeg, name: "phone" | "user") => ({
            resume: (_call: unknown, record: LegRecord, report: LegReport) => {
                leg.record = record;
                reports[name] = report;
                return leg;
            },
        });
        desk.resume(journal.adopt(), { sip: resumeLeg(phone, "phone"), matrix: resumeLeg(user, "user") });
        desk.endInterrupted();
    };
    return { clock, media, recorder, log, phone, user, desk, reports, open, resume };
}

/** The call as the run before left it: it rings the user. */
async function ringing(journal: MemoryJournal) {
    const before = run(journal);
    before.open();
    await turn();
    before.media.give(sdp("O'"));
    await turn();
    before.user.record = USER_RINGS;
    before.reports.user?.({ kind: "recordChanged" });
    before.reports.user?.({ kind: "ringing" });
    await turn();
    return before;
}

/** The call as the run before left it: both parties talk. */
async function talking(journal: MemoryJournal) {
    const before = await ringing(journal);
    before.user.record = { ...USER_RINGS, phase: "answered", peer: { version: 1, partyId: "PHONE" } };
    before.reports.user?.({ kind: "answered", sdp: sdp("A") });
    await turn();
    before.media.give(sdp("A'"));
    before.phone.record = PHONE_TALKS;
    await turn();
    await turn();
    return before;
}

describe("calls of the previous run", () => {
    let journal: MemoryJournal;

    beforeEach(() => {
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        journal = new MemoryJournal();
    });
    afterEach(() => void vi.useRealTimers());

    it("goes on with a connected call: nothing is sent, and the end of one party reaches the other", async () => {
        await talking(journal);
        const { media, recorder, phone, user, desk, reports, resume } = run(new MemoryJournal(journal));
        resume();
        await turn();
        expect([phone.told, user.told, media.asked]).toEqual([[], [], ["resume media1"]]);

        reports.phone?.({ kind: "ended", cause: "hungUp" });
        await turn();
        expect(user.told).toEqual(["end hungUp"]);
        expect(media.asked).toEqual(["resume media1", "release"]);
        expect(recorder.recorded).toEqual(["c1 resumed", "c1 ended by origin: hungUp", "c1 settled"]);
        expect([desk.calls, journal.adopt()]).toEqual([0, []]);
    });

    it("ends a resumed call when its longest time is over, counted from the answer", async () => {
        await talking(journal);
        const { clock, phone, user, resume } = run(new MemoryJournal(journal));
        resume();
        clock.advance(POLICY.maxDurationMs);
        await turn();
        expect([phone.told, user.told]).toEqual([["end hungUp"], ["end hungUp"]]);
    });

    it("ends a call that was not connected on both sides, and forgets it", async () => {
        await ringing(journal);
        const { phone, user, resume } = run(new MemoryJournal(journal));
        resume();
        await turn();
        expect([phone.told, user.told]).toEqual([["end serviceUnavailable"], ["end serviceUnavailable"]]);
        expect(journal.adopt()).toEqual([]);
    });

    it("ends a call whose caller may not have received the answer", async () => {
        const before = await ringing(journal);
        before.phone.stallAt("accept");
        before.user.record = { ...USER_RINGS, phase: "answered", peer: { version: 1, partyId: "PHONE" } };
        before.reports.user?.({ kind: "answered", sdp: sdp("A") });
        await turn();
        before.media.give(sdp("A'"));
        await turn();
        expect(journal.adopt()[0]?.state.phase).toBe("connected");

        const { phone, user, resume } = run(new MemoryJournal(journal));
        resume();
        await turn();
        expect([phone.told, user.told]).toEqual([["end serviceUnavailable"], ["end serviceUnavailable"]]);
    });

    it("repeats an end that one party had not received", async () => {
        const before = await talking(journal);
        before.user.stallAt("end");
        before.phone.record = undefined;
        before.reports.phone?.({ kind: "ended", cause: "hungUp" });
        await turn();
        const { phone, user, resume } = run(new MemoryJournal(journal));
        resume();
        await turn();
        expect([phone.told, user.told]).toEqual([[], ["end hungUp"]]);
        expect(journal.adopt()).toEqual([]);
    });

    it("leaves connected calls to the next run, and ends the others", async () => {
        const before = await talking(journal);
        expect(await before.desk.handOver(10_000, () => true)).toBe(1);
        before.reports.phone?.({ kind: "ended", cause: "serviceUnavailable" });
        await turn();
        expect([before.phone.told.at(-1), before.user.told.at(-1)]).toEqual(["accept A'", "offer O'"]);
        expect(journal.adopt().map(({ state }) => state.phase)).toEqual(["connected"]);

        const ringingJournal = new MemoryJournal();
        const other = await ringing(ringingJournal);
        expect(await other.desk.handOver(10_000, () => true)).toBe(0);
        expect(other.user.told).toEqual(["offer O'", "end serviceUnavailable"]);
    });

    it("ends connected calls if they are not to be handed over any more", async () => {
        const before = await talking(journal);
        expect(await before.desk.handOver(10_000, () => false)).toBe(0);
        expect(before.user.told.at(-1)).toBe("end serviceUnavailable");
        expect(journal.adopt()).toEqual([]);
    });

    /** Two calls that a transfer has joined: the phone of the one talks to the user of the other. */
    async function joined(): Promise<readonly [CallSnapshot, CallSnapshot]> {
        await talking(journal);
        const [call] = journal.adopt();
        if (call === undefined || !("target" in call.state) || call.state.phase === "answering")
            throw new Error("no call");
        const link = (end: 0 | 1) => ({
            leg: linkLeg(1),
            record: { network: "link", phase: "linked", link: "l1", end } as const,
        });
        const [phone, user] = call.legs;
        if (phone === undefined || user === undefined) throw new Error("no legs");
        return [
            { ...call, state: { ...call.state, target: linkLeg(1) }, legs: [phone, link(0)] },
            { ...call, callId: "c2" as CallId, state: { ...call.state, origin: linkLeg(1) }, legs: [link(1), user] },
        ];
    }

    function journalOf(...calls: readonly CallSnapshot[]): MemoryJournal {
        const made = new MemoryJournal();
        for (const call of calls) made.write(journaled(call));
        return made;
    }

    it("goes on with calls that a transfer has joined: changes and the end of one party reach the other", async () => {
        const { phone, user, media, reports, resume } = run(journalOf(...(await joined())));
        resume();
        await turn();
        expect([phone.told, user.told]).toEqual([[], []]);

        media.forwards = true;
        reports.phone?.({ kind: "offered", sdp: sdp("H") });
        await turn();
        media.give(sdp("H'"));
        await turn();
        expect(media.asked.at(-1)).toBe("propose origin H' askable");

        reports.phone?.({ kind: "ended", cause: "hungUp" });
        await turn();
        expect(user.told).toEqual(["end hungUp"]);
    });

    it("ends a call whose other call does not exist any more", async () => {
        const [first, second] = await joined();
        const one = run(journalOf(first));
        one.resume();
        const other = run(journalOf(second));
        other.resume();
        await turn();
        expect(one.phone.told).toEqual(["end serviceUnavailable"]);
        expect(other.user.told).toEqual(["end serviceUnavailable"]);
    });

    it("ends a call that was just being joined, and the other call with it", async () => {
        const [first, second] = await joined();
        if (first.state.phase !== "connected") throw new Error("not connected");
        const transfer = { by: ORIGIN, transferor: "present", stage: "ready", arrives: linkLeg(1) } as const;
        const joining: CallState = {
            ...{ ...first.state, phase: "joining", progress: { waitsFor: "answer" } },
            ...{ transfer, next: undefined },
        };
        const { phone, user, resume } = run(journalOf({ ...first, state: joining }, second));
        resume();
        await turn();
        expect([phone.told, user.told]).toEqual([["end serviceUnavailable"], ["end serviceUnavailable"]]);
    });

    it("still knows who the parties have turned out to be", async () => {
        const before = await talking(journal);
        const party = { kind: "number", number: "+442079460500" as PhoneNumber, displayName: "Carol" } as const;
        before.reports.phone?.({ kind: "identified", party });
        await turn();
        const { desk, resume } = run(new MemoryJournal(journal));
        resume();
        await turn();
        expect(journal.adopt()[0]?.identities).toEqual([{ leg: ORIGIN, party }]);
        await desk.handOver(1_000, () => true);
        expect(journal.adopt()[0]?.identities).toEqual([{ leg: ORIGIN, party }]);
    });
});
