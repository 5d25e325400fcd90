import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Telemetry } from "../ports/Telemetry.ts";

export interface Metrics {
    /** For everyone who counts. */
    readonly telemetry: Telemetry;
    /** All metrics in Prometheus' text format (0.0.4), with those of the process. Never rejects. */
    readonly render: () => Promise<string>;
}

/** Seconds until a call is answered: from a machine that answers at once to a patient caller. */
const SETUP_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120];
/** Seconds a call lasts, answered or not. */
const DURATION_BUCKETS = [1, 5, 15, 30, 60, 180, 600, 1_800, 3_600, 14_400];

/** Counters in a registry of their own, so that one program can have several. */
export function createMetrics(): Metrics {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    return {
        telemetry: { ...countCalls(registry), ...countInputs(registry), ...watchTrunks(registry) },
        render: () => registry.metrics(),
    };
}

function countCalls(registry: Registry): Pick<Telemetry, "callOpened" | "callAnswered" | "callEnded"> {
    const registers = [registry];
    const opened = new Counter({
        name: "sip_bridge_calls_opened_total",
        help: "Calls begun.",
        labelNames: ["direction"],
        registers,
    });
    const ended = new Counter({
        name: "sip_bridge_calls_ended_total",
        help: "Calls ended, by why.",
        labelNames: ["direction", "cause"],
        registers,
    });
    const active = new Gauge({
        name: "sip_bridge_calls_active",
        help: "Calls now, ringing or up.",
        labelNames: ["direction"],
        registers,
    });
    const setup = new Histogram({
        name: "sip_bridge_call_setup_seconds",
        help: "Duration of call setup, from the caller's offer to the callee's answer, in seconds.",
        labelNames: ["direction"],
        buckets: SETUP_BUCKETS,
        registers,
    });
    const duration = new Histogram({
        name: "sip_bridge_call_duration_seconds",
        help: "Duration of answered calls, from the answer to the end, in seconds.",
        labelNames: ["direction"],
        buckets: DURATION_BUCKETS,
        registers,
    });
    return {
        callOpened: (direction) => {
            opened.inc({ direction });
            active.inc({ direction });
        },
        callAnswered: (direction, setupMs) => setup.observe({ direction }, setupMs / 1_000),
        callEnded: (direction, cause, talkedMs) => {
            ended.inc({ direction, cause });
            active.dec({ direction });
            if (talkedMs !== undefined) duration.observe({ direction }, talkedMs / 1_000);
        },
    };
}

function countInputs(registry: Registry): Pick<Telemetry, "factIgnored" | "dropped"> {
    const registers = [registry];
    const ignored = new Counter({
        name: "sip_bridge_facts_ignored_total",
        help: "Facts that had no meaning in the phase of their call.",
        labelNames: ["phase", "kind"],
        registers,
    });
    const dropped = new Counter({
        name: "sip_bridge_inputs_dropped_total",
        help: "Inputs from outside that were dropped.",
        labelNames: ["from", "reason"],
        registers,
    });
    return {
        factIgnored: (phase, kind) => ignored.inc({ phase, kind }),
        dropped: (from, reason) => dropped.inc({ from, reason }),
    };
}

function watchTrunks(registry: Registry): Pick<Telemetry, "trunkRegistered" | "trunkAddress"> {
    const address = new Gauge({
        name: "sip_bridge_trunk_address_up",
        help: "1 while the address of the trunk takes calls, 0 while it is tried last.",
        labelNames: ["trunk", "address"],
        registers: [registry],
    });
    const registered = new Gauge({
        name: "sip_bridge_trunk_registered",
        help: "1 while the trunk's registrar holds our registration, else 0.",
        labelNames: ["trunk"],
        registers: [registry],
    });
    return {
        trunkAddress: (trunk, at, standing) => address.set({ trunk, address: at }, standing === "up" ? 1 : 0),
        trunkRegistered: (trunk, standing) => registered.set({ trunk }, standing === "up" ? 1 : 0),
    };
}
