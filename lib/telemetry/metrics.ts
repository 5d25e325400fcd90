import { collectDefaultMetrics, Registry } from "prom-client";
import type { MessageTelemetry } from "../ports/MessageTelemetry.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { type CallRecord, type CallRecordSink, talkMs, trunkLabel } from "../records/CallRecord.ts";
import { labelValue } from "./labelValue.ts";
import { countMessages } from "./messageMetrics.ts";
import { MetricSet } from "./MetricSet.ts";

export interface Metrics {
    /** Receives the counts of every part of the bridge. */
    readonly telemetry: Telemetry;
    /** Counts calls by their records. */
    readonly calls: CallRecordSink;
    /** Counts messages. */
    readonly messages: MessageTelemetry;
    /** Counts each time that a part is not up, by the kind of the part. */
    readonly countOutage: (part: string) => void;
    /** All metrics in Prometheus' text format (0.0.4), with those of the process. Never rejects. */
    readonly render: () => Promise<string>;
}

/** Creates the metrics in a registry of their own, so that one process can have several. */
export function createMetrics(version = "unknown"): Metrics {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const metrics = new MetricSet(registry);
    metrics.set("buildInfo", { version, node: process.version }, 1);
    return {
        telemetry: { ...countInputs(metrics), ...watchTrunks(metrics), ...watchParts(metrics) },
        calls: countCalls(metrics),
        messages: countMessages(metrics),
        countOutage: (part) => metrics.add("partOutages", { part }),
        render: () => registry.metrics(),
    };
}

function countCalls(metrics: MetricSet): CallRecordSink {
    return {
        started: ({ direction, via }) => {
            metrics.add("callsStarted", { direction, trunk: trunkLabel(via) });
            metrics.add("callsActive", { direction });
        },
        answered: ({ direction, via, startedAt, answeredAt = startedAt }) => {
            metrics.add("callsAnswered", { direction, trunk: trunkLabel(via) });
            metrics.observe("callSetup", { direction }, (answeredAt - startedAt) / 1_000);
        },
        ended: (call) => {
            const { direction, via, cause, fault, answeredAt } = call;
            metrics.add("callsEnded", { direction, trunk: trunkLabel(via), cause: labelValue(cause), fault });
            metrics.add("callsActive", { direction }, -1);
            if (answeredAt !== undefined) metrics.observe("callTalk", { direction }, talkMs(call) / 1_000);
            countAudio(metrics, call);
        },
        rejected: ({ parties, reason }) => metrics.add("callsRejected", { direction: parties.direction, reason }),
    };
}

function countAudio(metrics: MetricSet, { direction, via, audio }: CallRecord): void {
    if (audio === undefined) return;
    metrics.add("callAudio", { direction, trunk: trunkLabel(via), verdict: labelValue(audio.verdict) });
    for (const [from, sent] of [["caller", audio.fromCaller] as const, ["callee", audio.fromCallee] as const]) {
        if (sent?.mos !== undefined) metrics.observe("callMos", { direction, from }, sent.mos);
        if (sent?.lossPercent !== undefined) metrics.observe("callLoss", { direction, from }, sent.lossPercent / 100);
        if (sent?.jitterMs !== undefined) metrics.observe("callJitter", { direction, from }, sent.jitterMs / 1_000);
    }
}

function countInputs(
    metrics: MetricSet,
): Pick<Telemetry, "eventIgnored" | "endUndelivered" | "dropped" | "sipResponse"> {
    return {
        eventIgnored: (state, event) => metrics.add("callEventsIgnored", { state, event: labelValue(event) }),
        endUndelivered: (party) => metrics.add("callEndsUndelivered", { party }),
        dropped: (from, reason) => metrics.add("inputsDropped", { from, reason: labelValue(reason) }),
        sipResponse: (direction, method, status) =>
            metrics.add("sipResponses", { direction, method: labelValue(method), status: String(status) }),
    };
}

function watchTrunks(metrics: MetricSet): Pick<Telemetry, "trunkRegistered" | "trunkAddress"> {
    return {
        trunkAddress: (trunk, address, state) => metrics.set("trunkAddressUp", { trunk, address }, oneIfUp(state)),
        trunkRegistered: (trunk, state) => metrics.set("trunkRegistered", { trunk }, oneIfUp(state)),
    };
}

function watchParts(
    metrics: MetricSet,
): Pick<Telemetry, "rtpengine" | "homeserver" | "sipServer" | "phonesRegistered"> {
    return {
        rtpengine: (address, state) => metrics.set("rtpengineUp", { address }, oneIfUp(state)),
        homeserver: (state) => metrics.set("homeserverUp", {}, oneIfUp(state)),
        sipServer: (state) => metrics.set("sipServerUp", {}, oneIfUp(state)),
        phonesRegistered: (count) => metrics.set("phonesRegistered", {}, count),
    };
}

function oneIfUp(state: "up" | "down"): number {
    return state === "up" ? 1 : 0;
}
