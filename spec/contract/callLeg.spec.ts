import { afterAll, beforeAll } from "vitest";
import type { Sdp } from "../../lib/call/vocabulary.ts";
import { MATRIX, matrixOrigin, matrixTarget } from "../support/legs/matrixLegs.ts";
import { type Runs, SIP, sipOrigin, sipTarget } from "../support/legs/sipLegs.ts";
import { browserDescription } from "../support/matrix/descriptions.ts";
import { PHONE_SDP, sdpOf } from "../support/sip/ScriptedPhone.ts";
import { SipSide } from "../support/sip/SipSide.ts";
import { originLegContract, targetLegContract } from "./callLeg.contract.ts";

// The real SIP adapter, drachtio-srf and the embedded server, at a phone of the spec.
const runs = {} as Runs;
beforeAll(async () => {
    runs.side = await SipSide.start();
});
afterAll(() => runs.side.stop());

const sip = {
    ours: [sdpOf(50_000), sdpOf(50_002), sdpOf(50_004)].map((sdp) => sdp as Sdp) as [Sdp, Sdp, Sdp],
    partys: [PHONE_SDP, sdpOf(40_002), sdpOf(40_004)].map((sdp) => sdp as Sdp) as [Sdp, Sdp, Sdp],
};
const browser = [1, 2, 3].map((number) => browserDescription([], [`a=x-number:${number}`])) as [Sdp, Sdp, Sdp];
const matrix = { ours: browser, partys: browser };

originLegContract("SIP", { start: () => sipOrigin(runs), traits: SIP, sdp: sip });
targetLegContract("SIP", { start: () => sipTarget(runs), traits: SIP, sdp: sip });
originLegContract("Matrix", { start: matrixOrigin, traits: MATRIX, sdp: matrix });
targetLegContract("Matrix", { start: matrixTarget, traits: MATRIX, sdp: matrix });
