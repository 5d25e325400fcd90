import type { SipTrunk } from "../../../lib/sip/SipTrunk.ts";

/** A trunk like any other but for what is given. */
export function aTrunk(given: Partial<SipTrunk>): SipTrunk {
    return {
        name: "carrier",
        addresses: [],
        trusted: false,
        maxCalls: Infinity,
        scheme: "sip",
        domain: "carrier.example",
        numberFormat: { style: "plus" },
        dialPrefix: "",
        numberUri: "sip-phone",
        callerId: { byUser: new Map() },
        fromUser: "caller",
        callerName: { style: "full", maxLength: 60 },
        identity: [],
        headers: {},
        followsRedirects: true,
        ...given,
    };
}
