import { expect, test } from "vitest";
import type { Finding } from "../../../lib/liveCheck/Finding.ts";
import { renderFindings } from "../../../lib/liveCheck/renderFindings.ts";

const FINDINGS: readonly Finding[] = [
    {
        part: "homeserver",
        tried: "versions",
        result: { kind: "works", text: "Matrix v1.18" },
        ms: 12.4,
    },
    {
        part: "trunk carrier",
        tried: "OPTIONS, tls 192.0.2.1:5061",
        result: { kind: "fails", text: "its certificate has expired", advice: "have it renewed" },
        ms: 1234.5,
    },
    { part: "trunk überall", tried: "", result: { kind: "works", text: "" } },
];

test("a table, aligned, without blanks at the ends of lines", () => {
    expect(renderFindings(FINDINGS, 110)).toEqual([
        "what           tried                        result                                 ms  what to do",
        "homeserver     versions                     ok: Matrix v1.18                       12",
        "trunk carrier  OPTIONS, tls 192.0.2.1:5061  FAILED: its certificate has expired  1235  have it renewed",
        "trunk überall                               ok",
    ]);
});

test("lines below each other where the table is wider than the terminal", () => {
    expect(renderFindings(FINDINGS, 100)).toEqual([
        "homeserver: versions, 12 ms",
        "    ok: Matrix v1.18",
        "trunk carrier: OPTIONS, tls 192.0.2.1:5061, 1235 ms",
        "    FAILED: its certificate has expired",
        "    -> have it renewed",
        "trunk überall",
        "    ok",
    ]);
});

test("what a peer wrote makes no lines and no colours", () => {
    const [, line] = renderFindings([
        { part: "trunk x", tried: "OPTIONS", result: { kind: "works", text: "200 \u001b[31mred\r\nhomeserver ok" } },
    ]);
    expect(line).toBe("trunk x  OPTIONS  ok: 200  [31mred homeserver ok");
});

test("nothing to tell is the headings alone", () => {
    expect(renderFindings([])).toEqual(["what  tried  result  ms  what to do"]);
});
