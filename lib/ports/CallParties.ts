import type { PartyNetwork } from "../call/faultOf.ts";
import type { CallParty } from "../numbering/partyText.ts";
import type { CallRequest } from "./CallIntake.ts";
import type { CallDirection } from "./Telemetry.ts";

/** Who calls whom. Plain data. */
export interface CallParties {
    readonly direction: CallDirection;
    readonly caller: CallParty;
    readonly callee: CallParty;
    readonly targetNetwork: PartyNetwork;
    /** The trunk or phone that is called first; a later one is noted when its INVITE is sent. */
    readonly firstHop?: CallVia;
}

/** How the SIP side of a call is connected: by a trunk or peer, or by a registered phone. */
export interface CallVia {
    readonly kind: "trunk" | "phone";
    /** Name of the trunk or peer, or of the account. */
    readonly name: string;
}

/** The parties of a call, as the adapter that accepted it describes the first target of its ring plan. */
export function partiesOf({ ring: [first] }: Pick<CallRequest, "ring">): CallParties {
    const [target] = first.targets;
    switch (target.network) {
        case "matrix":
            return {
                direction: "inbound",
                caller: target.caller,
                callee: { kind: "user", user: target.callee },
                targetNetwork: "homeserver",
            };
        case "sip":
            return {
                direction: "outbound",
                caller: { kind: "user", user: target.caller },
                callee: target.callee,
                targetNetwork: "trunk",
                firstHop: { kind: "trunk", name: target.trunks[0] },
            };
        case "phone":
            return {
                direction: "outbound",
                caller: target.caller,
                callee: { kind: "phone", account: target.account },
                targetNetwork: "phone",
                firstHop: { kind: "phone", name: target.account },
            };
        case "call":
            return {
                direction: "inbound",
                caller: target.caller,
                callee: target.callee,
                // what connects the callee concerns the other call
                targetNetwork: "phone",
            };
    }
}
