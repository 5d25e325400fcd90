import { expect, it } from "vitest";
import { measureMessageLoad } from "../../../bench/messageLoad.ts";

// the bridge, its SIP server and UDP are real; the homeserver is a stand-in, because Synapse accepts some 50 events a second
it("delivers 10,000 messages, half of them in each direction, and loses or doubles none", async () => {
    const size = { messagesPerSecond: 300, seconds: 5_000 / 300, conversations: 50 };
    const { lost, doubled } = await measureMessageLoad(size, () => undefined);
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
}, 240_000);
