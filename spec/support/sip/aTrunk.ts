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

/** A dialog of a call from this peer. */
export const aDialogCopy = {
    callId: "abc@pbx",
    local: "<sip:alice@bridge.example>;tag=ours",
    remote: "<sip:desk@pbx.example>;tag=theirs",
    target: "sip:desk@192.0.2.1",
    route: [],
    cseq: 1,
} as const;
