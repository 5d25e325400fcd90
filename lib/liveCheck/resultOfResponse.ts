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
export function resultOfResponse(status: number, reason: string, { method, credentials }: AskedSip): Result {
    const said = `${status} ${reason}`.trim();
    if (status === 401 || status === 407) return unauthorised(said, credentials);
    if (status === 403) {
        const advice =
            credentials === "given"
                ? "check username and password, and ask the operator of the trunk what this account may do"
                : "ask the operator of the trunk to permit the address of the bridge";
        return { kind: "fails", text: `rejected: ${said}`, advice };
    }
    if (status === 408 || status >= 500) {
        return { kind: "fails", text: `response ${said}`, advice: "ask the operator of the trunk, or try again later" };
    }
    if (method === "OPTIONS" || status < 300) return { kind: "works", text: said };
    return {
        kind: "fails",
        text: `response ${said}`,
        advice: "check address and username, and that the server is a registrar",
    };
}

function unauthorised(said: string, credentials: AskedSip["credentials"]): Result {
    switch (credentials) {
        case "given":
            return { kind: "fails", text: `password rejected: ${said}`, advice: "check username and password" };
        case "kept":
            return {
                kind: "fails",
                text: `unsupported challenge: ${said}`,
                advice: "check realm; supported digest algorithms are MD5, SHA-256 and SHA-512-256",
            };
        case "none":
            return { kind: "fails", text: `password required: ${said}`, advice: "set username and password" };
    }
}
