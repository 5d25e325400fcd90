import { expect, test } from "vitest";
import { type AskedSip, resultOfResponse } from "../../../lib/liveCheck/resultOfResponse.ts";

const options: AskedSip = { method: "OPTIONS", credentials: "none" };
const register: AskedSip = { method: "REGISTER", credentials: "given" };

test.each<[number, AskedSip, "works" | "fails", string]>([
    [200, options, "works", "200 x"],
    // few carriers serve OPTIONS: who says so is there
    [404, options, "works", "404 x"],
    [405, options, "works", "405 x"],
    [486, options, "works", "486 x"],
    [403, options, "fails", "rejected: 403 x"],
    [503, options, "fails", "response 503 x"],
    [408, options, "fails", "response 408 x"],
    [401, options, "fails", "password required: 401 x"],
    [407, { ...options, credentials: "kept" }, "fails", "unsupported challenge: 407 x"],
    [200, register, "works", "200 x"],
    [401, register, "fails", "password rejected: 401 x"],
    [403, register, "fails", "rejected: 403 x"],
    [404, register, "fails", "response 404 x"],
    [302, register, "fails", "response 302 x"],
])("%d to %o results in %s: %s", (status, asked, kind, text) => {
    expect(resultOfResponse(status, "x", asked)).toMatchObject({ kind, text });
});

test("a rejection names the account if there is one, and otherwise the address of the bridge", () => {
    expect(resultOfResponse(403, "Forbidden", register)).toMatchObject({
        advice: expect.stringContaining("password") as string,
    });
    expect(resultOfResponse(403, "Forbidden", options)).toMatchObject({
        advice: expect.stringContaining("address") as string,
    });
});
