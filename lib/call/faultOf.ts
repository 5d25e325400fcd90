import { ENDINGS } from "./endings.ts";
import type { FaultParty } from "./FaultParty.ts";
import type { EndCause, Side } from "./vocabulary.ts";

/** What connects a party with the bridge: a trunk or peer, the homeserver, or nothing for a registered phone. */
export type PartyNetwork = "trunk" | "homeserver" | "phone";

/** How a call ended, as far as it decides whose fault that was. */
export interface CallEnd {
    readonly cause: EndCause;
    /** Who ended it. */
    readonly by: Side | "bridge";
    /** Whether a device of the callee was reported as ringing. */
    readonly rang: boolean;
    readonly networks: Readonly<Record<Side, PartyNetwork>>;
}

/** Whose fault the end of a call was. Pure; used by the log, the metrics and the call records. */
export function faultOf(end: CallEnd): FaultParty {
    // the bridge finds no format that the parties share
    if (end.by === "bridge" && end.cause === "noCommonMedia") return "media";
    // a callee whose phone never rang did not leave it unanswered
    if (end.cause === "noAnswer" && !end.rang) return networkFault(end, "target");
    const blame = ENDINGS[end.cause].fault;
    switch (blame) {
        case "endingSide":
            return end.by === "bridge" ? "bridge" : partyAt(end.by);
        case "endingNetwork":
            return end.by === "bridge" ? "bridge" : networkFault(end, end.by);
        case "none":
        case "caller":
        case "callee":
        case "trunk":
        case "homeserver":
        case "media":
        case "bridge":
            return blame;
    }
}

/** A registered phone has no network between itself and the bridge that an operator could look at. */
function networkFault({ networks }: CallEnd, side: Side): FaultParty {
    const network = networks[side];
    return network === "phone" ? partyAt(side) : network;
}

function partyAt(side: Side): FaultParty {
    return side === "origin" ? "caller" : "callee";
}
