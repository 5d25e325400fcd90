import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import type { CallId } from "../../../lib/call/vocabulary.ts";
import { logCalls } from "../../../lib/records/logCalls.ts";
import { createLog } from "../../../lib/telemetry/log.ts";
import { aCallRecord } from "../../support/aCallRecord.ts";

function logged(numbers: "short" | "full") {
    const stream = new PassThrough();
    let text = "";
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const sink = logCalls(createLog({ level: "info", format: "json", stream }), numbers);
    return {
        sink,
        lines: () =>
            text
                .trim()
                .split("\n")
                .map((line) => JSON.parse(line) as Record<string, unknown>),
    };
}

it("writes who called whom, by which trunk, and how it ended", () => {
    const { sink, lines } = logged("short");
    const call = aCallRecord({ sipCallId: "x@pbx", response: { status: 200, reason: "OK" } });
    sink.started?.(call);
    sink.ended?.(call);
    expect(lines()).toMatchObject([
        {
            level: "info",
            message: "call started",
            callId: "c1",
            direction: "inbound",
            from: "+4420…50",
            to: "@alice:matrix.example",
            trunk: "carrier",
            sipCallId: "x@pbx",
        },
        {
            message: "call ended",
            callId: "c1",
            from: "+4420…50",
            trunk: "carrier",
            cause: "hungUp",
            by: "origin",
            fault: "none",
            status: 200,
            reason: "OK",
            ringSeconds: 2,
            talkSeconds: 10,
        },
    ]);
});

it("writes complete numbers if the operator wants them", () => {
    const { sink, lines } = logged("full");
    sink.started?.(aCallRecord());
    expect(lines()[0]?.from).toBe("+442071838750");
});

it("writes a failure of the program as an error", () => {
    const { sink, lines } = logged("short");
    sink.ended?.(aCallRecord({ cause: "internalError", fault: "bridge" }));
    expect(lines()).toMatchObject([{ level: "error", message: "call failed", callId: "c1" }]);
});

it("writes the parties of a rejected call and the rule that rejected it", () => {
    const { sink, lines } = logged("short");
    const { caller, callee } = aCallRecord();
    sink.rejected?.({
        callId: "c2" as CallId,
        parties: { direction: "outbound", caller: callee, callee: caller },
        reason: "not_permitted",
    });
    expect(lines()).toMatchObject([
        {
            message: "outbound call rejected",
            callId: "c2",
            from: "@alice:matrix.example",
            to: "+4420…50",
            reason: "not_permitted",
        },
    ]);
});
