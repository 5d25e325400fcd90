import { beforeEach, describe, expect, it } from "vitest";
import { type UnknownPeerPolicy, UnknownSenders } from "../../../../lib/sip/senders/UnknownSenders.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptTelemetry } from "../../../support/quiet.ts";
import { RecordedLog } from "../../../support/RecordedLog.ts";
import { ScriptedRequest } from "../../../support/sip/ScriptedStack.ts";

let clock: FakeClock;
let log: RecordedLog;

beforeEach(() => {
    clock = new FakeClock();
    log = new RecordedLog();
});

function sendersWith(policy: UnknownPeerPolicy) {
    const senders = new UnknownSenders({
        policy,
        clock,
        log,
        telemetry: new KeptTelemetry(),
        responder: { respond: () => undefined },
    });
    return (address: string, times = 1): UnknownSenders => {
        const source = { protocol: "udp", address, port: 5060 };
        for (let i = 0; i < times; i++) {
            senders.handle(new ScriptedRequest("OPTIONS", { headers: { "Call-ID": "c1" }, source }));
        }
        return senders;
    };
}

describe("the log of unknown senders", () => {
    it("shows the first request of an address with what an operator needs", () => {
        sendersWith("drop")("203.0.113.7");
        expect(log.lines).toEqual([
            {
                level: "info",
                message: "request dropped: unknown sender",
                fields: {
                    address: "203.0.113.7",
                    transport: "udp",
                    method: "OPTIONS",
                    sipCallId: "c1",
                    hint: "a PBX or carrier needs an entry in sip.peers or trunks",
                },
            },
        ]);
    });

    it("shows the number of all other requests after ten minutes", () => {
        const send = sendersWith("reject");
        for (let i = 0; i < 200; i++) send(`203.0.113.${i}`, 2);
        expect(log.lines).toHaveLength(20);
        clock.advance(600_000);
        expect(
            log.lines.slice(20).map(({ message, fields }) => [message, fields["requests"], fields["sources"]]),
        ).toEqual([["requests rejected: unknown senders", 380, 200]]);
    });

    it("keeps no timer once the bridge has stopped", () => {
        sendersWith("drop")("203.0.113.7", 5).lost();
        expect(clock.pending).toBe(0);
    });
});
