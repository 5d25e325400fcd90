import { BlockList, isIP } from "node:net";
import type { PhoneContact } from "../../ports/ContactStore.ts";
import { isPrivate } from "../../config/ipAddresses.ts";
import { parseUri } from "../sipHeaders.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { PeerTable } from "../senders/PeerTable.ts";

/**
 * Needed with a SIP server that uses the connection of an accepted REGISTER for every request to its Contact,
 * as a drachtio-server does: a phone whose Contact is `number@trunk` would get what is sent to the trunk. Pure.
 */
export class ContactPolicy {
    readonly #trunks: PeerTable;

    constructor(trunks: readonly SipTrunk[]) {
        this.#trunks = new PeerTable(trunks);
    }

    /**
     * Whether calls to this Contact are the phone's alone: it is where the REGISTER came from, nowhere (`.invalid`,
     * RFC 7118), or at home behind a NAT, or by a trusted Path; no trunk and no phone of another account is there.
     * @param others what is registered of other accounts
     */
    isOwn(
        uri: string,
        { source, path }: Pick<PhoneContact, "source" | "path">,
        others: readonly PhoneContact[],
    ): boolean {
        // it has no connection
        if (source.protocol === "udp") return true;
        const address = addressOf(uri);
        const isTaken = others.some(
            (other) => addressOf(other.uri).whole === address.whole && other.source.address !== source.address,
        );
        return !isTaken && this.#isAt(address.host, source.address, path.length > 0);
    }

    #isAt(host: string, source: string, isByPath: boolean): boolean {
        if (/^[a-z0-9.-]+\.invalid$/.test(host)) return true;
        const family = isIP(host) === 6 ? "ipv6" : "ipv4";
        if (isIP(host) === 0) return false;
        const sender = new BlockList();
        sender.addAddress(source, isIP(source) === 6 ? "ipv6" : "ipv4");
        if (sender.check(host, family)) return true;
        return (isByPath || isPrivate(host)) && this.#trunks.peerAt(host) === undefined;
    }
}

interface Address {
    /** As a SIP server compares it: `%64esk` is `desk`. */
    readonly whole: string;
    /** In lower case, IPv6 without brackets; nothing where a second @ leaves it open which host is meant. */
    readonly host: string;
}

function addressOf(uri: string): Address {
    const { user = "", host = "" } = parseUri(uri) ?? {};
    const bare = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
    const plain = user.replace(/%[2-7][0-9a-f]/gi, decodeURIComponent);
    return { whole: `${plain}@${bare}`, host: uri.split("@").length > 2 ? "" : bare };
}
