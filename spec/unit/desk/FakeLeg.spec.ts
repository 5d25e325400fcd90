import type { Sdp } from "../../../lib/call/vocabulary.ts";
import { originLegContract, targetLegContract } from "../../contract/callLeg.contract.ts";
import { FAKE, fakeOrigin, fakeTarget } from "../../support/legs/fakeLegs.ts";

// The double of the specs of the desk keeps what every leg keeps.

const sdp = {
    ours: ["O", "O'", "O''"] as unknown as [Sdp, Sdp, Sdp],
    partys: ["P", "P'", "P''"] as unknown as [Sdp, Sdp, Sdp],
};

originLegContract("FakeLeg", { start: fakeOrigin, traits: FAKE, sdp });
targetLegContract("FakeLeg", { start: fakeTarget, traits: FAKE, sdp });
