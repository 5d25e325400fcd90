import { expect, test } from "vitest";
import { type AskedSip, judgeSipAnswer } from "../../../lib/liveCheck/judgeSipAnswer.ts";

const options: AskedSip = { method: "OPTIONS", credentials: "none" };
const register: AskedSip = { method: "REGISTER", credentials: "given" };

test.each<[number, AskedSip, "works" | "fails", string]>([
    [200, options, "works", "200 x"],
    // few carriers serve OPTIONS: who says so is there
    [404, options, "works", "404 x"],
    [405, options, "works", "405 x"],
    [486, options, "works", "486 x"],
    [403, options, "fails", "it refuses us: 403 x"],
    [503, options, "fails", "it answers 503 x"],
    [408, options, "fails", "it answers 408 x"],
    [401, options, "fails", "it asks for a password: 401 x"],
    [407, { ...options, credentials: "kept" }, "fails", "it asks in a way we cannot answer: 407 x"],
    [200, register, "works", "200 x"],
    [401, register, "fails", "it refuses the password: 401 x"],
    [403, register, "fails", "it refuses us: 403 x"],
    [404, register, "fails", "it answers 404 x"],
    [302, register, "fails", "it answers 302 x"],
])("%d to %o is judged %s: %s", (status, asked, kind, text) => {
    expect(judgeSipAnswer(status, "x", asked)).toMatchObject({ kind, text });
});

test("a refusal is blamed on the account if there is one, else on our address", () => {
    expect(judgeSipAnswer(403, "Forbidden", register)).toMatchObject({
        advice: expect.stringContaining("password") as string,
    });
    expect(judgeSipAnswer(403, "Forbidden", options)).toMatchObject({
        advice: expect.stringContaining("address") as string,
    });
});
