import { join } from "node:path";
import { CallGate } from "../../admin/CallGate.ts";
import { ControlRoom } from "../../admin/controlRoom/ControlRoom.ts";
import type { CommandRunner } from "../../admin/CommandRunner.ts";
import { FraudLimits } from "../../admin/limits/FraudLimits.ts";
import { SipLadders } from "../../admin/SipLadders.ts";
import type { FloodWatch } from "../../admin/supervision/FloodWatch.ts";
import { Incidents } from "../../admin/supervision/Incidents.ts";
import { drawPng } from "../../admin/trace/drawPng.ts";
import type { Config } from "../../config/Config.generated.ts";
import { dialPlanRulesOf } from "../../config/dialPlanRules.ts";
import { LiveDialPlan } from "../../numbering/LiveDialPlan.ts";
import type { CallDesk } from "../../desk/CallDesk.ts";
import type { CallIntake } from "../../ports/CallIntake.ts";
import type { SendRoomText } from "../../ports/ControlRoom.ts";
import type { Log } from "../../ports/Log.ts";
import type { CallHistory } from "../../records/CallHistory.ts";
import type { CallRecordSink, SipReason } from "../../records/CallRecord.ts";
import { CallRecords } from "../../records/CallRecords.ts";
import { logCalls } from "../../records/logCalls.ts";
import { parseReasons } from "../../sip/sipHeaders.ts";
import type { MessageObserver } from "../../sip/drachtio/observeStack.ts";
import { createMetrics, type Metrics } from "../../telemetry/metrics.ts";
import { systemClock } from "../../telemetry/systemClock.ts";
import type { OnStarted } from "../Stoppable.ts";
import { callRecordsOf } from "./callRecordsOf.ts";
import { floodWatchOf, reportInternalErrors, watchFloods } from "./reportIncidents.ts";
import { hepOf } from "./hepOf.ts";
import { classifyDestination } from "./classifyDestination.ts";
import { storedFile } from "./storedFile.ts";
import { type RememberedStates, rememberStates } from "./rememberStates.ts";

/** What administration needs before the rest of the bridge exists, and what the rest needs from it. */
export interface PreparedAdministration {
    readonly states: RememberedStates;
    readonly messageTelemetry: Metrics["messages"];
    readonly countOutage: Metrics["countOutage"];
    readonly records: CallRecords;
    readonly history: CallHistory;
    readonly ladders: SipLadders;
    /** Receives every SIP message, for ladders and the collector. */
    readonly onSipMessage: MessageObserver;
    readonly limits: FraudLimits;
    readonly dialPlan: LiveDialPlan;
    readonly incidents: Incidents;
    readonly floods: FloodWatch;
    readonly controlRoom: ControlRoom;
    /** All metrics as text. */
    readonly render: () => Promise<string>;
    /** Puts a gate before the desk. Called once. */
    gateTo(desk: CallIntake & Pick<CallDesk, "end">): CallGate;
    /** Set once commands can be run, and the control room can be written to. */
    readonly late: { runner?: CommandRunner; send?: SendRoomText; permissions: Config["permissions"] };
}

/** Creates the parts of administration that do not need the running bridge. Rejects if call records cannot be read. */
export async function prepareAdministration(
    config: Config,
    version: string,
    log: Log,
    onStarted: OnStarted,
): Promise<PreparedAdministration> {
    const clock = systemClock;
    const { telemetry, calls, messages, countOutage, render } = createMetrics(version);
    const { history, sinks: kept } = await callRecordsOf(config, clock, log, onStarted);
    const hep = hepOf(config, clock, log, onStarted);
    const sinks: CallRecordSink[] = [logCalls(log, config.logging.numbers), calls, ...kept];
    if (hep !== undefined) sinks.push(hep.calls);
    const ladders = new SipLadders(() => clock.now());
    const sipReasonOf = (sipCallId: string): SipReason | undefined => readReason(ladders.lastReasonOf(sipCallId));
    const records = new CallRecords({ clock, sinks, sipReasonOf });
    const late: PreparedAdministration["late"] = { permissions: config.permissions };
    const controlRoom = await controlRoomOf(config, late, log);
    const incidents = new Incidents(clock, (message) => controlRoom.report(message));
    sinks.push(reportInternalErrors(incidents));
    const floods = floodWatchOf(clock, incidents);
    const limits = limitsOf(config, log, incidents);
    const gateTo: PreparedAdministration["gateTo"] = (desk) => {
        const classify = classifyDestination.bind(undefined, config);
        const senderOf = records.senderOf.bind(records);
        const endCall = desk.end.bind(desk);
        const gate = new CallGate({ intake: desk, endCall, recorder: records, senderOf, limits, classify, log });
        sinks.push(gate);
        return gate;
    };
    return {
        messageTelemetry: messages,
        countOutage,
        states: rememberStates(watchFloods(telemetry, floods), () => clock.now()),
        floods,
        records,
        history,
        ladders,
        onSipMessage: (message) => {
            ladders.add(message);
            hep?.onSipMessage(message);
        },
        limits,
        dialPlan: new LiveDialPlan(dialPlanRulesOf(config)),
        incidents,
        controlRoom,
        render,
        gateTo,
        late,
    };
}

function limitsOf({ limits }: Config, log: Log, incidents: Incidents): FraudLimits {
    return new FraudLimits({
        values: limits,
        emergency: limits.emergency,
        clock: systemClock,
        onReached: (limit, key) => {
            log.warn("fraud limit reached", { limit, of: key, hint: "send limits to the bot to see and change it" });
            incidents.begin(`limit ${limit} ${key}`, `The limit ${limit} of ${key} was reached: calls are rejected.`);
        },
        onStillReached: ({ limit, key, since }) => incidents.goesOn(`limit ${limit} ${key}`, since),
        onCleared: (limit, key) =>
            incidents.end(`limit ${limit} ${key}`, `The limit ${limit} of ${key} allows calls again`),
    });
}

function readReason(text: string | undefined): SipReason | undefined {
    if (text === undefined) return undefined;
    const q850 = parseReasons(text).find(({ protocol }) => protocol === "Q.850")?.cause;
    return q850 === undefined ? { text } : { text, q850 };
}

async function controlRoomOf(
    { homeserver, control, store }: Config,
    late: PreparedAdministration["late"],
    log: Log,
): Promise<ControlRoom> {
    const controlRoom = new ControlRoom({
        localServer: homeserver.domain,
        permissions: () => new Map(Object.entries(late.permissions)),
        runner: () => late.runner,
        send: (room, text) => late.send?.(room, text) ?? Promise.resolve(),
        drawPng,
        room: control.room,
        file: storedFile(join(store.path, "control-room")),
        log,
    });
    await controlRoom.load();
    return controlRoom;
}
