import { beforeEach, expect, it } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../../../lib/numbering/RemoteParty.ts";
import type { OutgoingCallEvent } from "../../../../lib/matrix/calls/callEventContent.ts";
import { PeerDisplay } from "../../../../lib/matrix/calls/PeerDisplay.ts";
import { GhostNames } from "../../../../lib/matrix/ghosts/GhostNames.ts";

const names = new GhostNames("matrix.example", "sip_", "sip-bridge");
const desk = (displayName?: string): RemoteParty => ({
    kind: "number",
    number: "101" as PhoneNumber,
    ...(displayName !== undefined && { displayName }),
});
const ghost = names.ghostOf(desk());

let named: (string | undefined)[];
let sent: OutgoingCallEvent[];

function aDisplay(version: 0 | 1 = 1): PeerDisplay {
    const profiles = {
        ensure: (party: RemoteParty) => {
            named.push("displayName" in party ? party.displayName : undefined);
            return Promise.resolve(ghost);
        },
    };
    const send = (event: OutgoingCallEvent): Promise<void> => {
        sent.push(event);
        return Promise.resolve();
    };
    return new PeerDisplay({ names, profiles }, { callId: "c1", version, partyId: "sip1" }, send);
}

const identities = () => sent.map(({ content }) => content["asserted_identity"]);

beforeEach(() => {
    named = [];
    sent = [];
});

it("names the ghost while it rings, and tells the client of each identity once the call is answered", async () => {
    const display = aDisplay();
    await display.show(desk("Front Desk"), ghost, "ringing");
    expect(sent).toEqual([]);
    await display.show(desk("Front Desk"), ghost, "answered");
    await display.show(desk("Front Desk"), ghost, "answered");
    await display.show(desk("Night Desk"), ghost, "answered");
    expect(named).toEqual(["Front Desk", "Front Desk", "Front Desk", "Night Desk"]);
    expect(sent[0]).toEqual({
        type: "m.call.asserted_identity",
        content: {
            call_id: "c1",
            version: "1",
            party_id: "sip1",
            asserted_identity: { id: ghost, display_name: "Front Desk" },
        },
    });
    expect(identities()).toEqual([
        { id: ghost, display_name: "Front Desk" },
        { id: ghost, display_name: "Night Desk" },
    ]);
});

it("never gives the ghost the name of another party", async () => {
    const other = { kind: "number", number: "102" as PhoneNumber, displayName: "Bob" } as const;
    await aDisplay().show(other, ghost, "answered");
    expect(named).toEqual([]);
    expect(identities()).toEqual([{ id: names.ghostOf(other), display_name: "Bob" }]);
});

it("shows a Matrix user by the user ID, with the display name if it is known", async () => {
    const user = "@bob:matrix.example" as MatrixUserId;
    const display = aDisplay();
    await display.show({ kind: "user", user }, ghost, "answered");
    await display.show({ kind: "user", user, displayName: "Bob" }, ghost, "answered");
    expect(identities()).toEqual([{ id: user }, { id: user, display_name: "Bob" }]);
});

it("sends nothing to a client of version 0, which has no event for it", async () => {
    await aDisplay(0).show(desk("Front Desk"), ghost, "answered");
    expect([named, sent]).toEqual([["Front Desk"], []]);
});
