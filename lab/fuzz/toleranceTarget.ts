import type { FuzzTarget } from "./FuzzTarget.ts";
import { addOddPart } from "./oddParts.ts";
import { type CallDirection, peerMessages, playCall } from "./scriptedCall.ts";

/**
 * The other direction of fuzzing: a peer that means well. One message of a valid call gets one odd part that nothing uses
 * (docs/design/tolerance.md), and the call must succeed all the same.
 */
export const toleranceTarget: FuzzTarget = {
    name: "tolerance",
    async run(random) {
        const direction: CallDirection = random.pick(["inbound", "outbound"]);
        const changed = random.pick(peerMessages[direction]);
        await playCall(direction, (name, draft) => (name === changed ? addOddPart(random, draft) : draft));
    },
};
