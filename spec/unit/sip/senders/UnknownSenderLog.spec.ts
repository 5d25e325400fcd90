import { beforeEach, expect, test } from "vitest";
import { UnknownSenderLog } from "../../../../lib/sip/senders/UnknownSenderLog.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { RecordedLog } from "../../../support/RecordedLog.ts";
import { ScriptedRequest } from "../../../support/sip/ScriptedStack.ts";

let clock: FakeClock;
let log: RecordedLog;
let unknown: UnknownSenderLog;

beforeEach(() => {
    clock = new FakeClock();
    log = new RecordedLog();
    unknown = new UnknownSenderLog(clock, log);
});

function note(address: string, times = 1): void {
    const source = { protocol: "udp", address, port: 5060 };
    const request = new ScriptedRequest("INVITE", { headers: { "Call-ID": "c1" }, source });
    for (let i = 0; i < times; i++) unknown.note(request, "dropped");
}

test("logs the first request of an address with what an operator needs", () => {
    note("203.0.113.7");
    expect(log.lines).toEqual([
        {
            level: "info",
            message: "request dropped: unknown sender",
            fields: {
                address: "203.0.113.7",
                transport: "udp",
                method: "INVITE",
                sipCallId: "c1",
                hint: "a PBX or carrier needs an entry in sip.peers or trunks",
            },
        },
    ]);
});

test("logs the count of an address at each power of ten", () => {
    note("203.0.113.7", 2_000);
    expect(log.lines.map(({ fields }) => fields["count"])).toEqual([undefined, 10, 100, 1_000]);
});

test("writes 20 lines a minute at most, and then how many it left out", () => {
    for (let i = 0; i < 200; i++) note(`203.0.113.${i}`);
    expect(log.lines).toHaveLength(20);
    clock.advance(60_000);
    note("198.51.100.1");
    expect(log.lines.slice(20).map(({ message, fields }) => [message, fields["lines"]])).toEqual([
        ["unknown senders not logged", 180],
        ["request dropped: unknown sender", undefined],
    ]);
});
