import type { CallId, Sdp } from "../../../lib/call/vocabulary.ts";
import { CallDesk } from "../../../lib/desk/CallDesk.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { CallRequest } from "../../../lib/ports/CallIntake.ts";
import type { LegReport } from "../../../lib/ports/CallLeg.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { FakeLeg } from "../../support/FakeLeg.ts";
import { KeptLog, KeptRecorder, KeptTelemetry } from "../../support/quiet.ts";
import { HandledMedia } from "./HandledMedia.ts";

export const sdp = (name: string): Sdp => name as Sdp;

/** Lets everything that is ready happen: queued orders, resolved promises. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const alice = "@alice:example.org" as MatrixUserId;
const caller = { kind: "anonymous" } as const;

/** A desk for one call, of a phone to Alice. */
export function open(options: { maxCalls?: number } = {}) {
    const clock = new FakeClock();
    const log = new KeptLog();
    const telemetry = new KeptTelemetry();
    const recorder = new KeptRecorder();
    const media = new HandledMedia();
    const origin = new FakeLeg();
    const target = new FakeLeg();
    const desk = new CallDesk({
        clock,
        log,
        telemetry,
        recorder,
        media,
        maxCalls: options.maxCalls ?? 10,
        effectTimeoutMs: 5_000,
    });
    const reports: { target: LegReport } = { target: () => undefined };
    const dialler = {
        dial: (_id: CallId, _target: unknown, report: LegReport) => {
            reports.target = report;
            return target;
        },
    };
    desk.connect({ matrix: dialler, sip: dialler, phone: dialler });
    const request: CallRequest = {
        callId: "c1" as CallId,
        origin,
        originMedia: "rtp",
        offer: sdp("O"),
        ring: [{ targets: [{ network: "matrix", media: "webrtc", callee: alice, caller }], forMs: 60_000 }],
        policy: { ringMs: 60_000, maxDurationMs: 3_600_000 },
    };
    const call = () => {
        const opened = desk.open(request);
        if ("refused" in opened) throw new Error(opened.refused);
        return { origin: opened.report, target: (fact: Parameters<LegReport>[0]) => reports.target(fact) };
    };
    return { clock, log, telemetry, recorder, media, origin, target, desk, request, call };
}

/** A call that is up. */
export async function connected() {
    const world = open();
    const says = world.call();
    await turn();
    world.media.give(sdp("O'"));
    await turn();
    says.target({ kind: "ringing" });
    says.target({ kind: "answered", sdp: sdp("A") });
    await turn();
    world.media.give(sdp("A'"));
    await turn();
    return { ...world, says };
}
