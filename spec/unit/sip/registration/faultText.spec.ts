import { expect, it } from "vitest";
import { faultText } from "../../../../lib/sip/registration/faultText.ts";
import type { RegistrationFault } from "../../../../lib/sip/registration/registrationState.ts";

const NEXT = Date.UTC(2026, 10, 30, 9, 5, 7);

it.each<[RegistrationFault, number | undefined, string]>([
    [
        { kind: "refused", status: 403 },
        NEXT,
        "registration rejected with 403; check username and password; next attempt at 09:05:07 UTC",
    ],
    [{ kind: "failed", status: 503 }, NEXT, "not registered: response 503; next attempt at 09:05:07 UTC"],
    [{ kind: "failed", status: 408, reason: "no answer in time" }, undefined, "not registered: no answer in time"],
    [{ kind: "failed" }, undefined, "not registered: REGISTER was not sent"],
    [{ kind: "serverLost" }, undefined, "not registered: the bridge is not connected to its SIP server"],
])("says of %j why there is no registration", (fault, next, text) => {
    expect(faultText(fault, next)).toBe(text);
});
