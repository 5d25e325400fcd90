/** One metric: what it measures and how its labels are to be read. docs/metrics.md is generated from these. */
export interface MetricDefinition {
    readonly kind: "counter" | "gauge" | "histogram";
    /** `sip_bridge_<object>_<unit>`; counters end in `_total`. */
    readonly name: string;
    /** Begins with "Number of", "Duration of" or "Whether", and states exactly what is measured. */
    readonly help: string;
    /** Meaning of each label. Values are snake_case words from a closed set, or names from the configuration. */
    readonly labels: Readonly<Record<string, string>>;
    /** Upper bounds of a histogram's buckets. */
    readonly buckets?: readonly number[];
}

const DIRECTION = "`inbound` (from SIP to Matrix) or `outbound`";
const TRUNK = "name of the trunk or peer, or `registered_phones`";
const CAUSE =
    "why the call ended: `hung_up`, `busy`, `no_answer`, `no_response`, ... (EndCause in lib/call/vocabulary.ts)";
const FAULT = "`none`, `caller`, `callee`, `trunk`, `homeserver`, `media` or `bridge`";

const FROM = "the party that sent the audio: `caller` or `callee`";
const VERDICT = "`both_ways`, `caller_only`, `callee_only`, `none`, `too_short` or `unknown`";

/** Mean opinion scores: 3.6 and more is good, less than 3.1 is bad. */
const MOS = [1, 2, 2.5, 3.1, 3.6, 4, 4.3, 5];
const LOSS = [0, 0.001, 0.01, 0.03, 0.05, 0.1, 0.2, 1];
const JITTER_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2];

/** From machines that answer immediately to patient callers, in seconds. */
const SETUP_SECONDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120];
const TALK_SECONDS = [1, 5, 15, 30, 60, 180, 600, 1_800, 3_600, 14_400];

/** From a homeserver on the same machine to a phone that was off for a day, in seconds. */
const DELIVERY_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3_600, 86_400];

/** Every metric of the bridge, in the order of docs/metrics.md. */
export const METRIC_DEFINITIONS = {
    buildInfo: {
        kind: "gauge",
        name: "sip_bridge_build_info",
        help: "Number 1, with the version of the bridge and of Node as labels.",
        labels: { version: "version of the bridge", node: "version of Node" },
    },
    callsStarted: {
        kind: "counter",
        name: "sip_bridge_calls_started_total",
        help: "Number of calls that were accepted for delivery.",
        labels: { direction: DIRECTION, trunk: TRUNK },
    },
    callsAnswered: {
        kind: "counter",
        name: "sip_bridge_calls_answered_total",
        help: "Number of calls whose parties were connected.",
        labels: { direction: DIRECTION, trunk: TRUNK },
    },
    callsEnded: {
        kind: "counter",
        name: "sip_bridge_calls_ended_total",
        help: "Number of calls that ended, by reason and by the party at fault.",
        labels: { direction: DIRECTION, trunk: TRUNK, cause: CAUSE, fault: FAULT },
    },
    callsRejected: {
        kind: "counter",
        name: "sip_bridge_calls_rejected_total",
        help: "Number of calls that were rejected before they started.",
        labels: {
            direction: DIRECTION,
            reason: "`not_permitted` (no rule in dialling.allow), `no_trunk`, `unknown_callee`, `too_many_calls`, `limit_reached`, `blocked`, `do_not_disturb`, `trunk_off` or `shutting_down`",
        },
    },
    callEndsUndelivered: {
        kind: "counter",
        name: "sip_bridge_call_ends_undelivered_total",
        help: "Number of calls whose end could not be delivered to a party, after all retries. The party may stay in the call.",
        labels: { party: "`caller` or `callee`" },
    },
    callsActive: {
        kind: "gauge",
        name: "sip_bridge_calls_active",
        help: "Number of active calls, ringing or connected.",
        labels: { direction: DIRECTION },
    },
    callSetup: {
        kind: "histogram",
        name: "sip_bridge_call_setup_seconds",
        help: "Duration of answered calls from their start until both parties were connected, in seconds.",
        labels: { direction: DIRECTION },
        buckets: SETUP_SECONDS,
    },
    callTalk: {
        kind: "histogram",
        name: "sip_bridge_call_talk_seconds",
        help: "Duration of answered calls from the moment both parties were connected until the end, in seconds.",
        labels: { direction: DIRECTION },
        buckets: TALK_SECONDS,
    },
    callAudio: {
        kind: "counter",
        name: "sip_bridge_call_audio_total",
        help: "Number of answered calls by the audio that was received from both parties.",
        labels: { direction: DIRECTION, trunk: TRUNK, verdict: VERDICT },
    },
    callMos: {
        kind: "histogram",
        name: "sip_bridge_call_mos",
        help: "Number of ended calls by mean opinion score, as rtpengine estimates it for the audio from one party. Only if both parties send RTCP.",
        labels: { direction: DIRECTION, from: FROM },
        buckets: MOS,
    },
    callLoss: {
        kind: "histogram",
        name: "sip_bridge_call_packet_loss_ratio",
        help: "Number of ended calls by the share of packets from one party that were lost, from 0 to 1. Only if both parties send RTCP.",
        labels: { direction: DIRECTION, from: FROM },
        buckets: LOSS,
    },
    callJitter: {
        kind: "histogram",
        name: "sip_bridge_call_jitter_seconds",
        help: "Duration of the average jitter of the audio from one party, in seconds. Only if both parties send RTCP.",
        labels: { direction: DIRECTION, from: FROM },
        buckets: JITTER_SECONDS,
    },
    callEventsIgnored: {
        kind: "counter",
        name: "sip_bridge_call_events_ignored_total",
        help: "Number of events that had no effect in the state of their call. Some are normal: an answer and a hang-up can cross.",
        labels: { state: "state of the call", event: "kind of event" },
    },
    inputsDropped: {
        kind: "counter",
        name: "sip_bridge_inputs_dropped_total",
        help: "Number of inputs from outside that were dropped or rejected before they reached a call.",
        labels: {
            from: "`sip`, `matrix` or `media`",
            reason: "why, for example `unknown_peer`, `unknown_callee` or `stale`",
        },
    },
    trunkRegistered: {
        kind: "gauge",
        name: "sip_bridge_trunk_registered",
        help: "Whether the bridge is registered at the trunk (1) or not (0). Only for trunks with register: true.",
        labels: { trunk: "name of the trunk" },
    },
    trunkAddressUp: {
        kind: "gauge",
        name: "sip_bridge_trunk_address_up",
        help: "Whether an address of the trunk is available (1) or called only after all others (0).",
        labels: { trunk: "name of the trunk", address: "the address, as configured" },
    },
    phonesRegistered: {
        kind: "gauge",
        name: "sip_bridge_phones_registered",
        help: "Number of phones that are registered with the bridge.",
        labels: {},
    },
    rtpengineUp: {
        kind: "gauge",
        name: "sip_bridge_rtpengine_up",
        help: "Whether the rtpengine instance responds (1) or not (0).",
        labels: { address: "its control address, as configured" },
    },
    homeserverUp: {
        kind: "gauge",
        name: "sip_bridge_homeserver_up",
        help: "Whether the last request to the homeserver received a response (1) or not (0).",
        labels: {},
    },
    partOutages: {
        kind: "counter",
        name: "sip_bridge_part_outages_total",
        help: "Number of times that a part of the bridge was down or degraded.",
        labels: { part: "homeserver, sip_server, rtpengine, trunk, store, certificate or worker" },
    },
    sipServerUp: {
        kind: "gauge",
        name: "sip_bridge_sip_server_up",
        help: "Whether the bridge is connected to its SIP server (1) or not (0).",
        labels: {},
    },
    sipResponses: {
        kind: "counter",
        name: "sip_bridge_sip_responses_total",
        help: "Number of final SIP responses, without those that the SIP server sends by itself.",
        labels: {
            direction: "`received` or `sent`",
            method: "method of the request, in lower case",
            status: "status code",
        },
    },
    messagesAccepted: {
        kind: "counter",
        name: "sip_bridge_messages_accepted_total",
        help: "Number of messages that were accepted for delivery.",
        labels: { direction: DIRECTION },
    },
    messagesSettled: {
        kind: "counter",
        name: "sip_bridge_messages_settled_total",
        help: "Number of messages by outcome. A message can count as sent, then as delivered and as displayed.",
        labels: { direction: DIRECTION, outcome: "`sent`, `delivered`, `displayed` or why it failed" },
    },
    messagesWaiting: {
        kind: "gauge",
        name: "sip_bridge_messages_waiting",
        help: "Number of messages that wait or are being sent.",
        labels: { direction: DIRECTION },
    },
    messageRetries: {
        kind: "counter",
        name: "sip_bridge_message_retries_total",
        help: "Number of attempts to send a message that failed and are repeated later.",
        labels: { direction: DIRECTION },
    },
    messagesRefused: {
        kind: "counter",
        name: "sip_bridge_messages_refused_total",
        help: "Number of messages that were not accepted.",
        labels: { direction: DIRECTION, reason: "why, such as `not_allowed`, `rate_limit` or `unsupported_type`" },
    },
    messageDelivery: {
        kind: "histogram",
        name: "sip_bridge_message_delivery_seconds",
        help: "Duration of the delivery of messages, from acceptance until the recipient's network has accepted them.",
        labels: { direction: DIRECTION },
        buckets: DELIVERY_SECONDS,
    },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricKey = keyof typeof METRIC_DEFINITIONS;

/** The labels that each value of a metric needs. */
export type LabelsOf<Key extends MetricKey> = {
    readonly [Label in keyof (typeof METRIC_DEFINITIONS)[Key]["labels"]]: string;
};
