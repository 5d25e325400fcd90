import { expect, test } from "vitest";
import { trunkFault } from "../../../../lib/sip/trunk/trunkFault.ts";

const response = (status: number, warning?: string) => ({
    status,
    headers: new Map(warning === undefined ? [] : [["warning", warning]]),
});

test.each([
    [401, "given", "trunk rejects username and password"],
    [407, "given", "trunk rejects username and password"],
    [407, "kept", "trunk challenge not answered: unexpected realm, or no supported algorithm"],
    [407, "none", "trunk requires username and password"],
] as const)("%i with credentials %s", (status, credentials, message) => {
    expect(trunkFault(response(status), credentials)).toEqual({ message });
});

test.each([
    "no connection: UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "no connection in time",
    "no connection: ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "no WebSocket connection: CERT_HAS_EXPIRED",
    "no UDP socket of that address family",
    "no address for sip.carrier.example (ENOTFOUND)",
    "no address for sip.carrier.example (EAI_AGAIN)",
    "no address for sip_1.carrier.example",
    "no address for 2001:db8::1",
    "no protocol leads to 192.0.2.1",
])("logs what the SIP server reports: %s", (why) => {
    const warning = `399 127.0.0.1:5061 "${why}"`;
    expect(trunkFault(response(503, warning), "given")).toEqual({ message: "trunk not reached", why });
});

test.each([
    ["a busy phone", response(486)],
    ["an overloaded trunk", response(503)],
    ["a trunk that tells of the caller", response(503, '399 pbx "no route for +442079460101"')],
    ["one that does so without a plus", response(503, '399 pbx "no route for 442079460101"')],
    ["one that does so behind a colon", response(503, '399 pbx "no answer: 442079460101"')],
    ["another warning", response(503, '301 pbx "no connection"')],
    ["a warning of something else", response(486, '399 pbx "no connection"')],
])("%s is no fault of the trunk", (_, refusal) => {
    expect(trunkFault(refusal, "given")).toBeUndefined();
});
