import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { Secret } from "../../../lib/config/Secret.ts";
import type { Log } from "../../../lib/ports/Log.ts";
import { createLog, type LogOptions } from "../../../lib/telemetry/log.ts";

describe("createLog", () => {
    it("writes one JSON object a line, with the fields of every log above", () => {
        const { log, entries } = jsonLog();
        const call = log.child({ component: "desk" }).child({ callId: "c1" });
        call.info("call answered", { side: "target", absent: undefined });
        log.warn("nothing heard");
        expect(entries()).toEqual([
            {
                timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
                level: "info",
                message: "call answered",
                component: "desk",
                callId: "c1",
                side: "target",
            },
            { timestamp: expect.any(String) as string, level: "warn", message: "nothing heard" },
        ]);
    });

    it.each<[level: LogOptions["level"], written: readonly string[]]>([
        ["debug", ["d", "i", "w", "e"]],
        ["info", ["i", "w", "e"]],
        ["warn", ["w", "e"]],
        ["error", ["e"]],
    ])("writes from %s on", (level, written) => {
        const { log, entries } = jsonLog(level);
        log.debug("d");
        log.info("i");
        log.warn("w");
        log.error("e");
        expect(entries().map(({ message }) => message)).toEqual(written);
    });

    it("never writes secrets", () => {
        const { log, text } = jsonLog("debug");
        const secrets = { password: "hush", asToken: "hush", Authorization: "hush", peer: new Secret("hush") };
        log.debug("m", secrets);
        log.child(secrets).error("m", { nested: { key: new Secret("hush") } });
        expect(text()).not.toContain("hush");
        expect(text()).toContain("***");
    });

    it("writes SDP and numbers at debug only", () => {
        const { log, entries } = jsonLog("debug");
        log.debug("m", { sdp: "v=0", callerNumber: "+44" });
        log.child({ sdp: "v=0" }).info("m", { number: "+44", numberOfCalls: 3 });
        expect(entries()).toMatchObject([
            { sdp: "v=0", callerNumber: "+44" },
            { sdp: "***", number: "***", numberOfCalls: 3 },
        ]);
    });

    it("writes errors with their code, stack and cause", () => {
        const { log, entries } = jsonLog();
        const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
        log.error("m", { error: new TypeError("no media", { cause }) });
        expect(entries()[0]?.error).toMatchObject({
            name: "TypeError",
            message: "no media",
            stack: expect.stringContaining("log.spec.ts") as string,
            cause: { message: "refused", code: "ECONNREFUSED" },
        });
    });

    it("keeps fields apart from the words every entry has", () => {
        const { log, entries } = jsonLog();
        log.info("m", { level: "loud", message: "other", timestamp: 0 });
        expect(entries()[0]).toMatchObject({
            level: "info",
            message: "m",
            level_: "loud",
            message_: "other",
            timestamp_: 0,
        });
    });

    it("writes aligned text for people", () => {
        const { log, text } = capture("human");
        log.info("call answered", { callId: "c1", ms: 12 });
        log.warn("media server does not answer", { address: "127.0.0.1:2223" });
        expect(text().replace(/^\S+ /gm, "")).toBe(
            "INFO  call answered                        callId=c1 ms=12\n" +
                "WARN  media server does not answer         address=127.0.0.1:2223\n",
        );
    });
});

function jsonLog(level: LogOptions["level"] = "info"): {
    log: Log;
    text: () => string;
    entries: () => Record<string, unknown>[];
} {
    const { log, text } = capture("json", level);
    const entries = (): Record<string, unknown>[] =>
        text()
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { log, text, entries };
}

function capture(format: LogOptions["format"], level: LogOptions["level"] = "info"): { log: Log; text: () => string } {
    const stream = new PassThrough();
    let written = "";
    stream.on("data", (chunk: Buffer) => (written += chunk.toString()));
    return { log: createLog({ level, format, stream }), text: () => written };
}
