import type { Result } from "./Finding.ts";

/** What was asked, and whether the answer came after our credentials were given. */
export interface AskedSip {
    readonly method: "OPTIONS" | "REGISTER";
    readonly credentials: "given" | "kept" | "none";
}

/**
 * What a final response says of a trunk. Who answers OPTIONS is there, be it with 404 or 405: few carriers serve it.
 * Pure.
 */
export function judgeSipAnswer(status: number, reason: string, { method, credentials }: AskedSip): Result {
    const said = `${status} ${reason}`.trim();
    if (status === 401 || status === 407) return unauthorised(said, credentials);
    if (status === 403) {
        const advice =
            credentials === "given"
                ? "check username and password, and what the trunk's operator allows this account"
                : "have the trunk's operator let our address in";
        return { kind: "fails", text: `it refuses us: ${said}`, advice };
    }
    if (status === 408 || status >= 500) {
        return { kind: "fails", text: `it answers ${said}`, advice: "ask the trunk's operator, or try again later" };
    }
    if (method === "OPTIONS" || status < 300) return { kind: "works", text: said };
    return {
        kind: "fails",
        text: `it answers ${said}`,
        advice: "check address, username and whether it is a registrar",
    };
}

function unauthorised(said: string, credentials: AskedSip["credentials"]): Result {
    switch (credentials) {
        case "given":
            return { kind: "fails", text: `it refuses the password: ${said}`, advice: "check username and password" };
        case "kept":
            return {
                kind: "fails",
                text: `it asks in a way we cannot answer: ${said}`,
                advice: "check realm; of digests we know MD5, SHA-256 and SHA-512-256",
            };
        case "none":
            return { kind: "fails", text: `it asks for a password: ${said}`, advice: "set username and password" };
    }
}
