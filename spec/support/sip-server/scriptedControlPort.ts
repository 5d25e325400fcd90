import { systemClock } from "../../../lib/sip-server/Clock.ts";
import { makeControlPort } from "../../../lib/sip-server/drachtio/controlPort.ts";
import type { ControlPort } from "../../../lib/sip-server/drachtio/controlPort.ts";
import { quietServerLog } from "./quietServerLog.ts";
import { ScriptedEngine } from "./ScriptedEngine.ts";

/** A control port over an engine that does what the spec says, at 16:20:30.001 of some day. */
export function scriptedControlPort(secret: string, holdMs = 60_000): ControlPort<ScriptedEngine> {
    return makeControlPort({
        makeEngine: (listener) => new ScriptedEngine(listener),
        secret,
        hostports: { external: "udp/203.0.113.5:5060,tcp/203.0.113.5:5060", local: "udp/10.0.0.5:5060" },
        clock: systemClock,
        log: quietServerLog,
        holdMs,
        timeOfDay: () => new Date("2026-01-01T16:20:30.001Z"),
    });
}
