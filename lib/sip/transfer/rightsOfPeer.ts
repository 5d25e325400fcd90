import { hostOf, parseSipAddress, userOf } from "../../numbering/SipAddress.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { SipAccount } from "../registrar/SipAccount.ts";
import { PeerTable } from "../senders/PeerTable.ts";
import type { SipSource } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { calleesOf } from "../uas/decodeInvite.ts";
import type { TransferRights } from "./TransferRights.ts";

/**
 * What a peer or trunk may do with its calls; undefined if it cannot transfer them.
 * @param caller the IP address that its INVITE came from; undefined for a call that the bridge placed
 */
export function rightsOfPeer(peer: SipPeer, caller?: string): TransferRights | undefined {
    if (peer.transfers === undefined) return undefined;
    return {
        by: { kind: "trunk", name: peer.name },
        calleesOf: (uri) => known(calleesOf(uri, peer)),
        isFrom: ({ address }) => {
            if (address === caller) return true;
            // a trunk that is called by name has no addresses of its own
            if (peer.addresses.length === 0) return caller === undefined;
            return new PeerTable([peer]).peerAt(address) !== undefined;
        },
        record: { kind: "peer", address: caller },
    };
}

/** Where a phone is, and how it names the bridge. */
export interface PhonePlace {
    readonly isFrom: (source: SipSource) => boolean;
    /** Its IP address in the call. */
    readonly address: string | undefined;
    readonly realm: string;
    /** The host by which this phone names the bridge, if that is another one than the realm. */
    readonly phoneHost: string | undefined;
}

/** What a registered phone may do with its calls: what its user may dial. */
export function rightsOfPhone(account: SipAccount, { isFrom, address, realm, phoneHost }: PhonePlace): TransferRights {
    const atRealm = (callee: RemoteParty): RemoteParty => {
        if (callee.kind !== "address" || hostOf(callee.address) !== phoneHost) return callee;
        const meant = parseSipAddress(`${userOf(callee.address)}@${realm}`);
        return meant === undefined ? callee : { ...callee, address: meant };
    };
    return {
        by: { kind: "user", user: account.user },
        calleesOf: (uri) => known(calleesOf(uri, account)).map(atRealm),
        isFrom,
        record: { kind: "account", address, host: phoneHost },
    };
}

function known(callees: readonly RemoteParty[] | "unknown scheme"): readonly RemoteParty[] {
    return callees === "unknown scheme" ? [] : callees;
}
