import type { EndCause } from "../../call/vocabulary.ts";
import type { DialPlan } from "../../numbering/DialPlan.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { PartyMedia } from "../../ports/MediaProxy.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { hostOf, userOf } from "../../numbering/SipAddress.ts";
import { unroutedCause } from "../uas/unroutedCause.ts";
import type { OwnHosts } from "../identity/OwnHosts.ts";
import type { SipAccount } from "./SipAccount.ts";

/** Where a call of a registered phone goes. */
export type PhoneRoute =
    | { readonly kind: "matrix"; readonly callee: MatrixUserId }
    | {
          readonly kind: "trunk";
          readonly callee: RemoteParty;
          readonly trunks: readonly [string, ...string[]];
          readonly media: PartyMedia;
      }
    | { readonly kind: "refused"; readonly cause: EndCause };

export interface PhoneRouting {
    readonly dialPlan: Pick<DialPlan, "calleeOf" | "whoMayDial">;
    /** Hosts by which phones name the bridge. */
    readonly hosts: Pick<OwnHosts, "has">;
    /** The media of calls to these trunks, of which the first is tried first. */
    readonly mediaOf: (trunks: readonly [string, ...string[]]) => PartyMedia;
    readonly accountOf: (username: string) => SipAccount | undefined;
    /** The host by which this phone names the bridge, as in its From: a DNS name or NAT address that the bridge does not know. */
    readonly homeHost?: string | undefined;
}

/**
 * Whom a phone means: another account, by its user name; else by what it may mean, most likely first, a Matrix user or
 * somebody outside, whom the phone's user must be allowed to dial. Phones write every number at our own host, which is a
 * homeserver's mostly: it is dialled as a number before anybody there is called by that name. Pure.
 * @param callees what the Request-URI may mean, most likely first
 */
export function routePhoneCall(
    callees: readonly RemoteParty[],
    caller: SipAccount,
    { dialPlan, hosts, mediaOf, accountOf, homeHost }: PhoneRouting,
): PhoneRoute {
    for (const callee of callees) {
        if (callee.kind !== "address") continue;
        const host = hostOf(callee.address);
        if (!hosts.has(host) && host !== homeHost) continue;
        const account = accountOf(userOf(callee.address));
        if (account !== undefined) return { kind: "matrix", callee: account.user };
    }
    let cause: EndCause = unroutedCause(callees);
    for (const callee of callees) {
        const user = dialPlan.calleeOf(callee);
        if (user !== undefined) return { kind: "matrix", callee: user };
        // all other names at the bridge's own host are unknown
        if (callee.kind === "address" && hosts.has(hostOf(callee.address))) continue;
        const verdict = dialPlan.whoMayDial(caller.user, callee);
        if (verdict.kind === "allowed") {
            const { trunks } = verdict;
            return { kind: "trunk", callee: verdict.callee, trunks, media: mediaOf(trunks) };
        }
        if (verdict.kind === "forbidden") cause = "forbidden";
    }
    return { kind: "refused", cause };
}
