import { describe, expect, it } from "vitest";
import type { CallId, Sdp } from "../../../lib/call/vocabulary.ts";
import { CallDesk } from "../../../lib/desk/CallDesk.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import { CallFailure } from "../../../lib/ports/CallFailure.ts";
import type { CallTarget } from "../../../lib/ports/CallIntake.ts";
import type { MediaProxy, MediaReport, MediaRequest, MediaSession } from "../../../lib/ports/MediaProxy.ts";
import type { LegReport } from "../../../lib/ports/CallLeg.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { FakeLeg } from "../../support/FakeLeg.ts";
import { KeptLog, KeptRecorder, KeptTelemetry } from "../../support/quiet.ts";

const sdp = (name: string): Sdp => name as Sdp;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** These calls are not joined with others. */
const NO_HANDOVER: Pick<MediaSession, "beginHandover" | "completeHandover" | "cancelHandover"> = {
    beginHandover: () => Promise.reject(new CallFailure("internalError", "no call is joined")),
    completeHandover: () => Promise.reject(new CallFailure("internalError", "no call is joined")),
    cancelHandover: () => Promise.resolve(),
};

/** Media that writes into each description whose it is, and keeps what it was asked. */
class NamedMedia implements MediaProxy {
    readonly asked: string[] = [];
    readonly reports: MediaReport[] = [];
    /** Names of sessions that take no offer. */
    readonly failing = new Set<string>();
    /** Names of sessions that never come to an end with an offer. */
    readonly stalling = new Set<string>();

    resume(request: MediaRequest, _record: unknown, report: MediaReport): MediaSession {
        return this.open(request, report);
    }

    open({ callId, leg, transports }: MediaRequest, report: MediaReport): MediaSession {
        const name = leg === undefined ? callId : `${callId}-${leg}`;
        const ask = (what: string): Promise<Sdp> => {
            this.asked.push(`${name} ${what}`);
            if (this.failing.has(name)) return Promise.reject(new CallFailure("noCommonMedia", "no"));
            if (this.stalling.has(name)) return new Promise(() => undefined);
            return Promise.resolve(sdp(`${transports.target}(${what})`));
        };
        this.reports.push(report);
        return {
            offer: (offer) => ask(`offer ${offer}`),
            answer: (answer) => ask(`answer ${answer}`),
            addCandidates: async (side) => {
                await ask(`candidates ${side}`);
            },
            proposeChange: async (side, offer) => {
                return { kind: "answer", sdp: await ask(`propose ${side} ${offer}`), hold: "talks" };
            },
            proposeHold: async (side, hold) => ({ kind: "answer", sdp: await ask(`${hold} ${side}`), hold }),
            completeChange: () => Promise.reject(new CallFailure("internalError", "no change goes to the other party")),
            ...NO_HANDOVER,
            requestPicture: () => Promise.resolve(),
            sendDigits: () => Promise.resolve(),
            release: () => {
                this.asked.push(`${name} release`);
                return Promise.resolve();
            },
            snapshot: () => undefined,
        };
    }
}

async function ring(prepare: (media: NamedMedia, phone: FakeLeg) => void = () => undefined) {
    const media = new NamedMedia();
    const telemetry = new KeptTelemetry();
    const recorder = new KeptRecorder();
    const log = new KeptLog();
    const [origin, element, phone] = [new FakeLeg(), new FakeLeg(), new FakeLeg()];
    prepare(media, phone);
    const reports = new Map<string, LegReport>();
    const dialler = (name: string, leg: FakeLeg) => ({
        dial: (_callId: CallId, _target: CallTarget, report: LegReport) => {
            reports.set(name, report);
            return leg;
        },
    });
    const clock = new FakeClock();
    const desk = new CallDesk({ clock, log, telemetry, recorder, media, maxCalls: 10, effectTimeoutMs: 5_000 });
    desk.connect({
        matrix: dialler("element", element),
        sip: dialler("trunk", new FakeLeg()),
        phone: dialler("phone", phone),
    });
    const caller = { kind: "anonymous" } as const;
    const callee = "@alice:example.org" as MatrixUserId;
    const client: CallTarget = { network: "matrix", media: "webrtc", callee, caller };
    const deskPhone: CallTarget = {
        network: "phone",
        media: "srtp",
        account: "desk",
        contact: "sip:desk@192.0.2.7",
        nextHop: "sip:192.0.2.7:5060",
        caller,
    };
    const opened = desk.open({
        callId: "c" as CallId,
        origin,
        originMedia: "rtp",
        offer: sdp("O"),
        ring: [{ targets: [client, deskPhone], forMs: 60_000 }],
        policy: { ringMs: 60_000, maxDurationMs: 3_600_000 },
    });
    if ("refused" in opened) throw new Error("refused");
    const tell = async (who: "element" | "phone" | "origin", ...facts: Parameters<LegReport>[0][]): Promise<void> => {
        for (const fact of facts) (who === "origin" ? opened.report : reports.get(who))?.(fact);
        for (let i = 0; i < 3; i++) await turn();
    };
    await tell("origin");
    return { desk, clock, media, log, recorder, origin, element, phone, tell };
}

describe("a call that rings Element and a phone", () => {
    it("offers each what its media is like", async () => {
        const { element, phone } = await ring();
        expect([element.told, phone.told]).toEqual([["offer webrtc(offer O)"], ["offer srtp(offer O)"]]);
    });

    it("rings the caller once, and connects the phone that answers", async () => {
        const { origin, element, phone, media, tell } = await ring();
        await tell("element", { kind: "ringing" });
        await tell("phone", { kind: "ringing" }, { kind: "answered", sdp: sdp("A") });
        expect(origin.told).toEqual(["ring", "accept srtp(answer A)"]);
        expect(element.told.at(-1)).toBe("end answeredElsewhere");
        expect(phone.told).toHaveLength(1);
        expect([...media.asked].sort()).toEqual(["c offer O", "c release", "c-target2 answer A", "c-target2 offer O"]);
    });

    it("is all the one who answered from then on", async () => {
        const { origin, phone, media, tell, desk, recorder } = await ring();
        await tell("phone", { kind: "answered", sdp: sdp("A") });
        await tell("phone", { kind: "offered", sdp: sdp("H") });
        await tell("element", { kind: "offered", sdp: sdp("X") }, { kind: "ended", cause: "cancelled" });
        expect(phone.told.at(-1)).toBe("answerOffer srtp(propose target H)");
        await tell("phone", { kind: "ended", cause: "hungUp" });
        expect(origin.told.at(-1)).toBe("end hungUp");
        expect(media.asked).toContain("c-target2 release");
        expect(desk.calls).toBe(0);
        expect(recorder.recorded.at(-2)).toBe("c ended by target: hungUp");
    });

    it("goes on in Element while the phone is busy", async () => {
        const { origin, tell } = await ring();
        await tell("phone", { kind: "ended", cause: "busy" });
        expect(origin.told).toEqual([]);
        await tell("element", { kind: "answered", sdp: sdp("A") });
        expect(origin.told).toEqual(["accept webrtc(answer A)"]);
    });

    it("ends when either declines", async () => {
        const { origin, element, tell, desk } = await ring();
        await tell("phone", { kind: "ended", cause: "declined" });
        expect([origin.told, element.told.at(-1)]).toEqual([["end declined"], "end declined"]);
        expect(desk.calls).toBe(0);
    });

    it("tells both that the caller gave up, and frees all media", async () => {
        const { element, phone, media, tell, desk } = await ring();
        await tell("origin", { kind: "ended", cause: "cancelled" });
        expect([element.told.at(-1), phone.told.at(-1)]).toEqual(["end cancelled", "end cancelled"]);
        expect(new Set(media.asked.filter((each) => each.endsWith("release")))).toEqual(
            new Set(["c release", "c-target2 release"]),
        );
        expect(desk.calls).toBe(0);
    });

    it("frees media that still work on a description", async () => {
        const { media, tell } = await ring(({ stalling }) => stalling.add("c-target2"));
        await tell("element", { kind: "answered", sdp: sdp("A") });
        expect(media.asked).toContain("c-target2 release");
    });

    it("ends if no target answers in time", async () => {
        const { origin, element, phone, clock, tell } = await ring();
        await tell("element", { kind: "ringing" });
        clock.advance(60_000);
        await tell("origin");
        expect([origin, element, phone].map((leg) => leg.told.at(-1))).toEqual(Array(3).fill("end noAnswer"));
    });

    it("hangs up on the second of two answers", async () => {
        const { element, phone, tell } = await ring();
        await tell("phone", { kind: "answered", sdp: sdp("A") });
        await tell("element", { kind: "answered", sdp: sdp("B") });
        expect(element.told.slice(1)).toEqual(["end answeredElsewhere", "end answeredElsewhere"]);
        expect(phone.told).toHaveLength(1);
    });

    it("rings Element alone where the phone cannot be reached", async () => {
        const { origin, phone, tell, log } = await ring((_, leg) =>
            leg.failAt("offer", new CallFailure("unavailable", "no flow")),
        );
        expect(phone.told).toEqual(["offer srtp(offer O)", "end unavailable"]);
        await tell("element", { kind: "answered", sdp: sdp("A") });
        expect(origin.told).toEqual(["accept webrtc(answer A)"]);
        expect(log.lines).toEqual([]);
    });

    it("rings Element alone where the caller's media does not suit the phone", async () => {
        const { phone, element } = await ring((media) => media.failing.add("c-target2"));
        expect(phone.told).toEqual(["end noCommonMedia"]);
        expect(element.told).toEqual(["offer webrtc(offer O)"]);
    });

    it("tells the caller's candidates to all that ring, then to the one who answered", async () => {
        const { media, tell } = await ring();
        const candidates = { kind: "candidates", candidates: [{ candidate: "candidate:1" }] } as const;
        await tell("origin", candidates);
        await tell("element", { kind: "answered", sdp: sdp("A") });
        await tell("origin", candidates);
        expect(media.asked.filter((each) => each.includes("candidates"))).toEqual([
            "c candidates origin",
            "c-target2 candidates origin",
            "c candidates origin",
        ]);
    });

    it("ends when the media of the one who answered is gone, and not for another's", async () => {
        const { media, origin, tell } = await ring();
        await tell("element", { kind: "answered", sdp: sdp("A") });
        media.reports[1]?.({ kind: "mediaFailed", cause: "mediaLost" });
        await tell("origin");
        expect(origin.told).toHaveLength(1);
        media.reports[0]?.({ kind: "mediaFailed", cause: "mediaLost" });
        await tell("origin");
        expect(origin.told.at(-1)).toBe("end mediaLost");
    });
});
