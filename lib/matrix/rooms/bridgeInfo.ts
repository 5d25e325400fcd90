import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { displayTextOf, type RemoteParty } from "../../numbering/RemoteParty.ts";
import type { StateEvent } from "../homeserver/Homeserver.ts";

/** State events that tell clients what a room is bridged to (MSC2346): the stable type and the unstable one in use today. */
export function bridgeInfoOf(party: RemoteParty, ghost: MatrixUserId, bot: MatrixUserId): readonly StateEvent[] {
    const content = {
        bridgebot: bot,
        creator: ghost,
        protocol: { id: "sip", displayname: "SIP" },
        // the caller's name can change, and this state event does not follow it
        channel: { id: channelIdOf(party), displayname: displayTextOf(withoutName(party)) },
    };
    return ["m.bridge", "uk.half-shot.bridge"].map((type) => ({ type, stateKey: `sip:/${ghost}`, content }));
}

function withoutName(party: RemoteParty): RemoteParty {
    switch (party.kind) {
        case "number":
            return { kind: "number", number: party.number };
        case "address":
            return { kind: "address", address: party.address };
        case "anonymous":
            return party;
    }
}

function channelIdOf(party: RemoteParty): string {
    switch (party.kind) {
        case "number":
            return `tel:${party.number}`;
        case "address":
            return `sip:${party.address}`;
        case "anonymous":
            return "sip:anonymous@anonymous.invalid";
    }
}
