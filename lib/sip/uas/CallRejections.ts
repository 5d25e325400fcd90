import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { type NumberDetail, numberText, partyText } from "../../numbering/partyText.ts";
import type { Log, LogFields } from "../../ports/Log.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import { parseUri } from "../sipHeaders.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";

/** Why the bridge rejects an INVITE of a known sender; for logs and metrics. */
export type RejectionRule =
    | "address_not_served"
    | "call_not_replaced"
    | "number_not_allowed"
    | "number_not_mapped"
    | "number_not_readable"
    | "peer_full"
    | "peer_too_fast"
    | "unacceptable_invite";

/** One rejected INVITE. */
export interface Rejection {
    readonly request: IncomingRequest;
    /** The sender as a log field: peer, trunk or account. */
    readonly sender: LogFields;
    readonly rule: RejectionRule;
    readonly response: OutgoingResponse;
    /** As far as they could be read. */
    readonly caller?: RemoteParty;
    readonly callee?: RemoteParty | undefined;
}

export interface CallRejectionsParts {
    readonly log: Log;
    readonly telemetry: Telemetry;
    /** `logging.numbers` */
    readonly numberDetail: NumberDetail;
}

/** Logs and counts rejected calls, so that an operator can find each of them by its number and Call-ID. */
export class CallRejections {
    readonly #parts: CallRejectionsParts;

    constructor(parts: CallRejectionsParts) {
        this.#parts = parts;
    }

    count(rule: RejectionRule): void {
        this.#parts.telemetry.dropped("sip", rule);
    }

    /** Counts and logs. The caller of this method sends the response. */
    note({ request, sender, rule, response, caller, callee }: Rejection): void {
        this.count(rule);
        const { status, reason, headers } = response;
        const { message, hint = HINTS_OF_STATUS[status] } = RULES[rule];
        const warning = headers?.["Warning"];
        const fields = {
            ...sender,
            address: request.source.address,
            sipCallId: request.headers.get("call-id"),
            status,
            called: callee === undefined ? this.#calledIn(request) : partyText(callee, this.#parts.numberDetail),
            ...(caller !== undefined && { caller: partyText(caller, this.#parts.numberDetail) }),
            ...(reason !== undefined && { reason }),
            ...(warning !== undefined && { warning }),
            ...(hint !== undefined && { hint }),
        };
        if (rule === "peer_full" || rule === "peer_too_fast") this.#parts.log.warn(message, fields);
        else this.#parts.log.info(message, fields);
    }

    /** The called party of a request that could not be read otherwise. */
    #calledIn({ uri }: IncomingRequest): string | undefined {
        const { user, host } = parseUri(uri) ?? {};
        return user === undefined ? host : numberText(user, this.#parts.numberDetail);
    }
}

/** For requests that are not acceptable. */
const HINTS_OF_STATUS: Readonly<Record<number, string | undefined>> = {
    484: "the Request-URI has nothing before the @; set the called number or name at the sender",
};

const RULES: Readonly<Record<RejectionRule, { readonly message: string; readonly hint?: string }>> = {
    address_not_served: {
        message: "inbound call rejected: address not served",
        hint: "numbers.map needs an entry for the name before the @, or the trunk or peer a defaultUser; Matrix users of other homeservers need matrix.allowedDomains",
    },
    call_not_replaced: {
        message: "inbound call rejected: call to be replaced not available",
        hint: "a trunk needs transfers: allow; peers and phones can only replace their own connected calls",
    },
    number_not_allowed: {
        message: "inbound call rejected: number not allowed for the phone's user",
        hint: "dialling.allow needs a rule for this user and number, and a trunk must serve the number",
    },
    number_not_mapped: {
        message: "inbound call rejected: number not mapped",
        hint: "numbers.map needs an entry for the called number, or the trunk or peer a defaultUser",
    },
    number_not_readable: {
        message: "inbound call rejected: not an international number",
        hint: "after + comes the country code, without 0 or 00 before it; of several possible numbers, the bridge calls none",
    },
    peer_full: {
        message: "inbound call rejected: maximum number of calls reached",
        hint: "maxCalls of the peer or trunk limits its calls",
    },
    peer_too_fast: {
        message: "inbound call rejected: call rate exceeded",
        hint: "callsPerSecond of the peer or trunk limits its new calls",
    },
    unacceptable_invite: { message: "inbound call rejected: request not acceptable" },
};
