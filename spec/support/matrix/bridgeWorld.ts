import { loopback } from "../../../lab/world/freePort.ts";
import { type CallId, targetLeg } from "../../../lib/call/vocabulary.ts";
import { assembleMatrix, type MatrixOptions, type MatrixSide } from "../../../lib/matrix/assembleMatrix.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../../lib/numbering/RemoteParty.ts";
import type { Clock } from "../../../lib/ports/Clock.ts";
import type { Directory } from "../../../lib/ports/Directory.ts";
import type { LegEvent, LegReport, TargetLeg } from "../../../lib/ports/CallLeg.ts";
import { FakeDirectory } from "../FakeDirectory.ts";
import { KeptLog, KeptRecorder, KeptTelemetry } from "../quiet.ts";
import { KeptIntake } from "./KeptIntake.ts";
import { MemoryInbox } from "./MemoryInbox.ts";
import { GHOST_PREFIX, SERVER, type RegistrationFile } from "./matrixWorld.ts";
import { allowedBy } from "../dialling.ts";

export const systemClock: Clock = {
    monotonic: () => Math.floor(performance.now()),
    now: () => Date.now(),
    startTimer: (ms, fire) => {
        const timer = setTimeout(fire, ms);
        return () => clearTimeout(timer);
    },
};

export interface BridgeWorld {
    readonly side: MatrixSide;
    readonly intake: KeptIntake;
    readonly telemetry: KeptTelemetry;
    readonly log: KeptLog;
}

/** The Matrix side alone, with a desk that only takes notes. */
export function assembleForSpec(
    homeserverUrl: string,
    file: RegistrationFile,
    changes: Partial<MatrixOptions> = {},
    directory: Directory = new FakeDirectory(),
): BridgeWorld {
    const intake = new KeptIntake();
    const telemetry = new KeptTelemetry();
    const log = new KeptLog();
    const side = assembleMatrix(
        {
            homeserverUrl,
            serverName: SERVER,
            registration: file.registration,
            ghostPrefix: GHOST_PREFIX,
            listen: { host: loopback, port: file.port },
            startupTimeoutMs: 0,
            mayJoinAs: () => true,
            numbering: { defaultCountry: "GB" },
            outboundPolicy: { ringMs: 60_000, maxDurationMs: 3_600_000 },
            ringMs: 60_000,
            mediaOf: () => ({ media: "rtp" }),
            showsCallerNames: "no",
            ...changes,
        },
        {
            directory,
            inbox: new MemoryInbox(),
            dialPlan: {
                isDialable: () => true,
                hasRule: () => true,
                whoMayDial: (user, party) =>
                    party.kind === "number" && party.number.startsWith("+44")
                        ? allowedBy("carrier")(user, party)
                        : { kind: "forbidden" },
            },
            intake,
            newCallId: newIdForSpec,
            telemetry,
            recorder: new KeptRecorder(),
            clock: systemClock,
            log,
        },
    );
    return { side, intake, telemetry, log };
}

let ids = 0;

function newIdForSpec(): CallId {
    ids += 1;
    return `call${Date.now()}x${ids}` as CallId;
}

export function caller(number: string, displayName?: string): RemoteParty {
    const party = { kind: "number", number: number as PhoneNumber } as const;
    return displayName === undefined ? party : { ...party, displayName };
}

/** A call from SIP to a Matrix user, as the desk has it. */
export interface DialledCall {
    readonly callId: CallId;
    readonly leg: TargetLeg;
    readonly events: LegEvent[];
}

export function dial(side: Pick<MatrixSide, "dial">, callee: string, from: RemoteParty): DialledCall {
    const callId = newIdForSpec();
    const events: LegEvent[] = [];
    const target = { network: "matrix", media: "webrtc", callee: callee as MatrixUserId, caller: from } as const;
    const report: LegReport = (event) => {
        if (event.kind !== "recordChanged") events.push(event);
    };
    return { callId, events, leg: side.dial(callId, target, report, targetLeg(1)) };
}
