import { describe, expect, it } from "vitest";
import { type CallEnd, faultOf } from "../../../lib/call/faultOf.ts";
import { FAULT_PARTIES, type FaultParty } from "../../../lib/call/FaultParty.ts";
import { END_CAUSES } from "../../../lib/call/vocabulary.ts";

/** An outbound call by a trunk, whose callee's phone rang. */
const outbound: Omit<CallEnd, "cause"> = {
    by: "target",
    rang: true,
    networks: { origin: "homeserver", target: "trunk" },
};
const inbound: Omit<CallEnd, "cause"> = {
    by: "target",
    rang: true,
    networks: { origin: "trunk", target: "homeserver" },
};

describe("faultOf", () => {
    it.each<[situation: string, end: CallEnd, fault: FaultParty]>([
        ["a normal end", { ...outbound, cause: "hungUp" }, "none"],
        ["a caller who gives up", { ...outbound, cause: "cancelled", by: "origin" }, "caller"],
        ["a callee who lets it ring", { ...outbound, cause: "noAnswer", by: "bridge" }, "callee"],
        ["a timeout without ringing", { ...outbound, cause: "noAnswer", rang: false }, "trunk"],
        ["a silent trunk", { ...outbound, cause: "noResponse", rang: false }, "trunk"],
        ["a trunk that rejects the call", { ...outbound, cause: "rejectedByNetwork", rang: false }, "trunk"],
        ["the dial plan", { ...outbound, cause: "forbidden", by: "bridge" }, "caller"],
        ["a trunk that fails", { ...outbound, cause: "networkFailure" }, "trunk"],
        ["a homeserver that fails", { ...inbound, cause: "networkFailure" }, "homeserver"],
        ["a homeserver that does not respond", { ...inbound, cause: "serviceUnavailable" }, "homeserver"],
        ["a bridge that is full", { ...inbound, cause: "serviceUnavailable", by: "bridge" }, "bridge"],
        ["a callee without a codec of the caller", { ...outbound, cause: "noCommonMedia" }, "callee"],
        ["a media server that finds no format", { ...outbound, cause: "noCommonMedia", by: "bridge" }, "media"],
        ["lost media", { ...outbound, cause: "mediaLost", by: "bridge" }, "media"],
        ["a caller without microphone", { ...outbound, cause: "mediaDeviceFailed", by: "origin" }, "caller"],
        [
            "a registered phone that does not respond",
            { ...inbound, cause: "noResponse", networks: { origin: "trunk", target: "phone" } },
            "callee",
        ],
    ])("attributes %s", (_, end, fault) => {
        expect(faultOf(end)).toBe(fault);
    });

    it("names a party for every cause and every party that can end the call", () => {
        for (const cause of END_CAUSES) {
            for (const by of ["origin", "target", "bridge"] as const) {
                expect(FAULT_PARTIES).toContain(faultOf({ ...outbound, cause, by }));
            }
        }
    });
});
