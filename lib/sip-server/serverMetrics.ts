import type { ControlCounters } from "./drachtio/ControlCounters.ts";
import type { EngineLoad } from "./engine/EngineLoad.ts";
import type { Sample } from "./metricsText.ts";
import type { TransportCounters } from "./transport/SipTransport.ts";

export type ServerLoad = {
    readonly engine: EngineLoad;
    readonly transport: TransportCounters;
    readonly control: Readonly<ControlCounters>;
    readonly apps: { readonly clients: number; readonly transactions: number; readonly dialogs: number };
};

/** Everything the server counts, as time series. */
export function serverMetrics({ engine, transport, control, apps }: ServerLoad): Sample[] {
    return [
        gauge("sip_transactions", "Transactions not over yet", engine.transactions),
        gauge("sip_dialogs", "Dialogs, early ones too", engine.dialogs),
        gauge("sip_pending", "Requests of either side that are not answered yet", engine.pending),
        gauge("sip_timers", "Timers of transactions and dialogs", engine.timers),
        gauge("sip_connections", "Open TCP, TLS and WebSocket connections", transport.connections),
        gauge("sip_applications", "Applications connected to the control port", apps.clients),
        gauge("sip_application_transactions", "Transactions applications still have to do with", apps.transactions),
        gauge("sip_application_dialogs", "Dialogs owned by applications", apps.dialogs),
        ...byLabel("sip_messages_received_total", "Messages received", "protocol", transport.received),
        ...byLabel("sip_messages_sent_total", "Messages sent", "protocol", transport.sent),
        ...byLabel("sip_dropped_total", "What arrived and was not handed up", "reason", transport.dropped),
        counter(
            "sip_ignored_parts_total",
            "Number of header lines and list elements that were ignored because they could not be read",
            transport.ignoredParts,
        ),
        ...Object.entries(engine.counters).map(([name, value]) =>
            counter(`sip_${snakeCase(name)}_total`, sentence(name), value),
        ),
        ...Object.entries(control).map(([name, value]) =>
            counter(`sip_control_${snakeCase(name)}_total`, `Control port: ${sentence(name)}`, value),
        ),
    ];
}

function gauge(name: string, help: string, value: number): Sample {
    return { name, kind: "gauge", help, value };
}

function counter(name: string, help: string, value: number): Sample {
    return { name, kind: "counter", help, value };
}

function byLabel(name: string, help: string, label: string, values: ReadonlyMap<string, number>): Sample[] {
    return [...values].map(([content, value]) => ({
        name,
        kind: "counter",
        help,
        labels: { [label]: content },
        value,
    }));
}

function snakeCase(name: string): string {
    return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function sentence(name: string): string {
    return snakeCase(name).replaceAll("_", " ");
}
