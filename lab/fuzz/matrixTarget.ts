import { deepStrictEqual } from "node:assert/strict";
import { decodeCallEvent, type CallEventType } from "../../lib/matrix/calls/decodeCallEvent.ts";
import { readRoomEvent } from "../../lib/matrix/events/readRoomEvent.ts";
import type { FuzzTarget } from "./FuzzTarget.ts";
import type { Random } from "./Random.ts";

const sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n";
const common = { call_id: "c1", version: "1", party_id: "PHONE" };
const candidate = { candidate: "candidate:1 1 UDP 1 192.0.2.1 9 typ host", sdpMid: "0", sdpMLineIndex: 0 };

type Content = Readonly<Record<string, unknown>>;

/** Valid content of each type. */
const contents: Readonly<Record<CallEventType, Content>> = {
    "m.call.invite": { ...common, lifetime: 60_000, offer: { type: "offer", sdp } },
    "m.call.candidates": { ...common, candidates: [candidate] },
    "m.call.answer": { ...common, answer: { type: "answer", sdp } },
    "m.call.select_answer": { ...common, selected_party_id: "PHONE" },
    "m.call.reject": { ...common, reason: "user_hangup" },
    "m.call.hangup": { ...common, reason: "user_hangup" },
    "m.call.negotiate": { ...common, lifetime: 60_000, description: { type: "offer", sdp } },
    "m.call.replaces": { ...common, target_user: { id: "@bob:matrix.example" }, create_call: "c2" },
};
const types = Object.keys(contents) as [CallEventType, ...CallEventType[]];

/** Values that clients of all ages have written where nothing is expected, or something else. */
const oddValues = [
    ...[
        null,
        "",
        " ",
        "null",
        "0",
        0,
        -1,
        0.5,
        2 ** 60,
        true,
        false,
        [],
        {},
        [null],
        [[]],
        { "": null },
        "ü".repeat(200),
    ],
    ...[{ type: "offer" }, { sdp: null }, ["m.usermedia"], { toString: "x" }, { constructor: null }, { length: -1 }],
] as unknown as [unknown, ...unknown[]];
const unused: readonly [string, ...string[]] = [
    ...(["capabilities", "sdp_stream_metadata", "org.matrix.msc3077.sdp_stream_metadata", "seq", "opponent"] as const),
    ...["dest_session_id", "sender_session_id", "device_id", "conf_id", "msgtype", "body", "formatted_body", "format"],
    ...["m.mentions", "m.new_content", "org.matrix.msc1767.text", "__proto__", "constructor", "toString", "", "ü"],
];

type Change = (random: Random, type: CallEventType) => Content;

const changes: readonly [Change, ...Change[]] = [
    (random, type) => withField(contents[type], random.pick(unused), random.pick(oddValues)),
    // an edit is the one relation that has a meaning
    (random, type) =>
        withField(contents[type], "m.relates_to", random.pick([null, {}, "x", { rel_type: "m.thread" }, []])),
    (random, type) => inDescription(random, contents[type]),
    (random, type) => {
        const { candidates } = contents[type];
        if (!Array.isArray(candidates)) return contents[type];
        const odd = (): unknown[] => random.times(5, () => random.pick(oddValues));
        return withField(contents[type], "candidates", [...odd(), ...(candidates as unknown[]), ...odd()]);
    },
    (random, type) => {
        const names = Object.keys(contents[type]).sort(() => random.fraction() - 0.5);
        return Object.fromEntries(names.map((name) => [name, contents[type][name]]));
    },
    (random, type) => withField(contents[type], "version", random.pick([1, "1", "2", "org.matrix.x", 1.5, [], null])),
];

/** Fields of the event itself that the bridge does not use. */
const eventFields: readonly [string, ...string[]] = [
    ...(["user_id", "age", "prev_content", "redacts", "auth_events", "depth", "hashes", "signatures"] as const),
    ...["prev_events", "replaces_state", "membership", "m.relates_to", "unsigned", "origin_server_ts", "__proto__"],
];

/** A client that means well: one odd part in an event changes nothing that the bridge uses of it. */
export const matrixTarget: FuzzTarget = {
    name: "matrix",
    run(random) {
        const type = random.pick(types);
        const odd = random.pick(changes)(random, type);
        deepStrictEqual(decodeCallEvent(type, odd), decodeCallEvent(type, contents[type]), JSON.stringify(odd));
        const event = { event_id: "$1", type, room_id: "!r:matrix.example", sender: "@a:matrix.example", content: odd };
        const oddEvent = withField(event, random.pick(eventFields), random.pick(oddValues));
        deepStrictEqual(usedOf(oddEvent), usedOf(event), JSON.stringify(oddEvent));
    },
};

function inDescription(random: Random, content: Content): Content {
    const name = ["offer", "answer"].find((field) => field in content);
    if (name === undefined) return content;
    const field = random.pick(["type", "kind", "toJSON", "sdpMid"]);
    return withField(content, name, withField(content[name] as Content, field, random.pick(oddValues)));
}

/** As JSON would have it: `__proto__` is a field like any other. */
function withField(content: Content, name: string, value: unknown): Content {
    const fields = Object.entries(content).filter(([field]) => field !== name);
    return JSON.parse(
        `{${[...fields, [name, value] as const].map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(",")}}`,
    ) as Content;
}

/** What the bridge uses of an event. Its times matter for its age only. */
function usedOf(event: unknown) {
    const read = readRoomEvent(event);
    if ("fault" in read) throw new Error(`${read.fault}: ${JSON.stringify(event)}`);
    const { eventId, type, room, sender, stateKey, content } = read.event;
    return { eventId, type, room, sender, stateKey, content: decodeCallEvent(type as CallEventType, content) };
}
