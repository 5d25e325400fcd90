import { expect, test } from "vitest";
import { PeerTable } from "../../../../lib/sip/senders/PeerTable.ts";
import type { SipPeer } from "../../../../lib/sip/SipTrunk.ts";

function peer(name: string, ...addresses: string[]): SipPeer {
    return { name, addresses, trusted: false, maxCalls: 1 };
}

const peers = new PeerTable([
    peer("pbx", "192.0.2.7"),
    peer("carrier", "198.51.100.0/24", "2001:db8:1::/48"),
    peer("everything near", "192.0.2.0/24"),
    peer("six", "2001:db8:2::5"),
]);

test.each([
    ["192.0.2.7", "pbx"],
    ["192.0.2.8", "everything near"],
    ["198.51.100.255", "carrier"],
    ["198.51.101.0", undefined],
    ["::ffff:192.0.2.7", "pbx"],
    ["2001:db8:1:ffff::1", "carrier"],
    ["2001:db8:2::5", "six"],
    ["2001:0db8:2:0:0:0:0:5", "six"],
    ["2001:db8:2::6", undefined],
    ["pbx.example", undefined],
    ["", undefined],
])("%s is %s", (address, name) => {
    expect(peers.peerAt(address)?.name).toBe(name);
});
