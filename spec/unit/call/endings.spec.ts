import { describe, expect, it } from "vitest";
import { CAUSES_OF_MATRIX_REASON, CAUSES_OF_Q850, CAUSES_OF_STATUS, ENDINGS } from "../../../lib/call/endings.ts";
import { END_CAUSES, type EndCause } from "../../../lib/call/vocabulary.ts";

const OTHERS_FAILURE: Readonly<Partial<Record<EndCause, EndCause>>> = {
    serviceUnavailable: "networkFailure",
    internalError: "networkFailure",
    mediaLost: "noResponse",
};

describe("the table of ends", () => {
    it("has a row for every cause", () => {
        expect(Object.keys(ENDINGS).sort()).toEqual([...END_CAUSES].sort());
    });

    it.each(END_CAUSES)("sends a Q.850 cause for %s that is read as the same", (cause) => {
        const { q850 } = ENDINGS[cause].sip;
        const sentAlike = END_CAUSES.filter((each) => ENDINGS[each].sip.q850 === q850);
        // a cause without a meaning of its own leaves it to the status; failures of the bridge are those of a network for its peer
        const expected = [undefined, ...sentAlike, OTHERS_FAILURE[cause]];
        expect(expected).toContain(CAUSES_OF_Q850[q850]);
    });

    it.each(END_CAUSES)("reads the Matrix reason that it sends for %s as a cause that is sent with it", (cause) => {
        const { matrix } = ENDINGS[cause];
        const meanings = Object.values(CAUSES_OF_MATRIX_REASON[matrix] ?? {});
        expect(meanings.some((meaning) => ENDINGS[meaning].matrix === matrix || matrix === "unknown_error")).toBe(true);
    });

    it("never makes an answered or cancelled call of a failed one", () => {
        const failures = [...Object.values(CAUSES_OF_STATUS), ...Object.values(CAUSES_OF_Q850)];
        expect(failures).not.toContain("hungUp");
    });

    it("reports a request without a response never as a call that was not answered", () => {
        const silent = [CAUSES_OF_STATUS[408], CAUSES_OF_Q850[18], CAUSES_OF_Q850[102]];
        expect(silent).toEqual(["noResponse", "unavailable", "noResponse"]);
    });
});
