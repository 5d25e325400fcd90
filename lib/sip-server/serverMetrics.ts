import type { ControlCounters } from "./drachtio/ControlCounters.ts";
import type { EngineCounters, EngineLoad } from "./engine/EngineLoad.ts";
import type { Sample } from "./metricsText.ts";
import type { TransportCounters } from "./transport/SipTransport.ts";

export type ServerLoad = {
    readonly engine: EngineLoad;
    readonly transport: TransportCounters;
    readonly control: Readonly<ControlCounters>;
    readonly apps: { readonly clients: number; readonly transactions: number; readonly dialogs: number };
};

/** Everything that the server counts, as time series. */
export function serverMetrics({ engine, transport, control, apps }: ServerLoad): Sample[] {
    return [
        gauge("transactions", "SIP transactions that have not ended.", engine.transactions),
        gauge("dialogs", "SIP dialogs, early ones included.", engine.dialogs),
        gauge("pending", "requests without a final response, in both directions.", engine.pending),
        gauge("timers", "running timers of transactions and dialogs.", engine.timers),
        gauge("connections", "open TCP, TLS and WebSocket connections.", transport.connections),
        gauge("applications", "applications that are connected to the control port.", apps.clients),
        gauge("application_transactions", "SIP transactions that an application must respond to.", apps.transactions),
        gauge("application_dialogs", "SIP dialogs that belong to an application.", apps.dialogs),
        ...byLabel("messages_received_total", "SIP messages received.", "protocol", transport.received),
        ...byLabel("messages_sent_total", "SIP messages sent.", "protocol", transport.sent),
        ...byLabel("dropped_total", "inputs that were dropped before they were parsed.", "reason", transport.dropped),
        counter("ignored_parts_total", "headers and list elements ignored as unreadable.", transport.ignoredParts),
        ...counters("", ENGINE_HELP, engine.counters),
        ...counters("control_", CONTROL_HELP, control),
    ];
}

const ENGINE_HELP: Readonly<Record<keyof EngineCounters, string>> = {
    requestsReceived: "requests received, without retransmissions.",
    requestsSent: "requests sent, without retransmissions.",
    responsesReceived: "responses received.",
    responsesSent: "responses sent.",
    responsesUndelivered: "responses whose connection was closed before they could be sent.",
    retransmissionsSent: "messages sent again because the peer did not respond.",
    retransmissionsAbsorbed: "requests that a peer sent again.",
    straysDropped: "responses and ACK requests that belong to no transaction.",
    overloadRefusals: "requests rejected with 503 because a limit was reached.",
    timeouts: "requests sent that received no final response.",
    failOvers: "requests sent again to another address of the same target (RFC 3263, section 4.3).",
    forksEnded: "additional answers of one INVITE, each ended by ACK and BYE.",
};

const CONTROL_HELP: Readonly<Record<keyof ControlCounters, string>> = {
    framesReceived: "frames received on the control port.",
    unauthenticated: "wrong secrets, and frames before the right one, on the control port.",
    ordersRefused: "SIP requests of applications that were rejected.",
};

/** One sample of each metric, for documentation. */
export function sampleServerMetrics(): Sample[] {
    const zeros = <Name extends string>(names: Readonly<Record<Name, string>>): Record<Name, number> =>
        Object.fromEntries(Object.keys(names).map((name) => [name, 0])) as Record<Name, number>;
    return serverMetrics({
        engine: { transactions: 0, dialogs: 0, timers: 0, pending: 0, counters: zeros(ENGINE_HELP) },
        transport: {
            received: new Map([["udp", 0]]),
            sent: new Map([["udp", 0]]),
            dropped: new Map([["unlistedSource", 0]]),
            ignoredParts: 0,
            connections: 0,
        },
        control: zeros(CONTROL_HELP),
        apps: { clients: 0, transactions: 0, dialogs: 0 },
    });
}

function counters<Name extends string>(
    prefix: string,
    help: Readonly<Record<Name, string>>,
    values: Readonly<Record<Name, number>>,
): Sample[] {
    return (Object.keys(help) as Name[]).map((name) =>
        counter(`${prefix}${snakeCase(name)}_total`, help[name], values[name]),
    );
}

function gauge(name: string, of: string, value: number): Sample {
    return { name: `sip_server_${name}`, kind: "gauge", help: `Number of ${of}`, value };
}

function counter(name: string, of: string, value: number): Sample {
    return { name: `sip_server_${name}`, kind: "counter", help: `Number of ${of}`, value };
}

function byLabel(name: string, of: string, label: string, values: ReadonlyMap<string, number>): Sample[] {
    return [...values].map(([content, value]) => ({
        ...counter(name, of, value),
        labels: { [label]: snakeCase(content) },
    }));
}

function snakeCase(name: string): string {
    return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
