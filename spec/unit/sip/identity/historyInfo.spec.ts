import { expect, test } from "vitest";
import { firstOfHistory } from "../../../../lib/sip/identity/historyInfo.ts";

const us = "<sip:alice@matrix.example>";

test.each<[string, string, string | undefined]>([
    ["nothing", "", undefined],
    ["what cannot be read", '<sip:>;index=1, "<;index=, <sip:2001@x>', undefined],
    ["only where the call is now", `${us};index=1`, undefined],
    ["the entry whose Reason is escaped", `<sip:2001@x?Reason=SIP%3Bcause%3D302>;index=1, ${us};index=1.1`, "2001"],
    [
        "with a text in it",
        `<sip:2001@x?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%20Here%22>;index=1, ${us};index=1.1`,
        "2001",
    ],
    ["the entry whose Reason is not escaped", `<sip:2001@x?Reason=SIP;cause=302>;index=1, ${us};index=1.1`, "2001"],
    ["the one before a target of RFC 4458", "<sip:2001@x>;index=1, <sip:a@b;cause=302>;index=1.1", "2001"],
    ["the one a target was mapped from", `<sip:2001@x>;index=1, ${us};index=1.1;mp=1`, "2001"],
    ["none when only the URI changed", `<sip:2001@x>;index=1, ${us};index=1.1;rc=1`, undefined],
    [
        "the first of several",
        `<sip:2001@x>;index=1, <sip:2002@x;cause=486>;index=1.1, <sip:a@b;cause=408>;index=1.2`,
        "2001",
    ],
    [
        "by index, not as written",
        `<sip:a@b;cause=302>;index=1.10, <sip:2002@x;cause=486>;index=1.9, <sip:2001@x>;index=1`,
        "2001",
    ],
    ["a tel: URI", `<tel:2001>;index=1, <tel:2002;cause=302>;index=1.1`, "2001"],
    ["no Reason of another protocol", `<sip:2001@x?Reason=Q.850%3Bcause%3D19>;index=1, ${us};index=1.1`, undefined],
    [
        "no party that withholds itself",
        `<sip:2001@x?Privacy=history&Reason=SIP%3Bcause%3D302>;index=1, ${us};index=1.1`,
        undefined,
    ],
    ["a broken escape as it stands", `<sip:2001@x?Reason=SIP%3Bcause%3D302%ZZ>;index=1, ${us};index=1.1`, "2001"],
])("reads %s", (_, header, expected) => {
    const party = firstOfHistory(header, {});
    expect(party?.kind === "number" ? party.number : party).toBe(expected);
});
