import { afterEach, expect, test, vi } from "vitest";
import { createLog } from "../../../lib/sip-server/log.ts";

const error = new Error("handshake\n  failure\r\n", { cause: new Error("no shared cipher") });

afterEach(() => {
    vi.restoreAllMocks();
});

function written(level: "warn" | "error"): Record<string, unknown> {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    createLog("info", "json")[level]("TLS handshake failed", { error });
    return JSON.parse(String(write.mock.calls[0]?.[0])) as Record<string, unknown>;
}

test("a warning tells an error in one line, with what led to it", () => {
    expect(written("warn")["error"]).toBe("Error: handshake failure, because of Error: no shared cipher");
});

test("a fault of the program comes with its stack", () => {
    expect(written("error")["error"]).toContain("log.spec.ts");
});
