import { expect, it } from "vitest";
import { lostConnectionOf } from "../../../../lib/sip/registration/lostConnection.ts";
import { ScriptedRequest } from "../../../support/sip/ScriptedStack.ts";

const headers = { Event: "connection-lost" };
const body = JSON.stringify({ callId: "c1", protocol: "tls", address: "192.0.2.20", port: 5061 });

it("reads the Call-ID of the registration from a notice of the SIP server", () => {
    expect(lostConnectionOf(new ScriptedRequest("NOTIFY", { headers, body, origin: "server" }))).toBe("c1");
});

it.each([
    ["a NOTIFY of a peer", "NOTIFY", { headers, body }],
    ["another notice", "NOTIFY", { headers: { Event: "held-dialogs" }, body: "{}", origin: "server" }],
    ["a BYE of the server", "BYE", { origin: "server" }],
    ["a notice without Call-ID", "NOTIFY", { headers, body: "{}", origin: "server" }],
] as const)("ignores %s", (_name, method, given) => {
    expect(lostConnectionOf(new ScriptedRequest(method, given))).toBeUndefined();
});
