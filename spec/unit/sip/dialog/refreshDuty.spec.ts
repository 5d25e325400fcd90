import { expect, test } from "vitest";
import { dutyOfCallee, dutyOfCaller, grantOf } from "../../../../lib/sip/dialog/refreshDuty.ts";

const said = (sessionExpires?: string, more: readonly (readonly [string, string])[] = []): Map<string, string> =>
    new Map([...(sessionExpires === undefined ? [] : [["session-expires", sessionExpires] as const]), ...more]);
const update = ["allow", "INVITE, UPDATE, BYE"] as const;
const timer = ["supported", "100rel, timer"] as const;

test.each([
    ["we asked the callee, and it agrees", "1800;refresher=uas", said("1800;refresher=uas"), undefined],
    ["the callee leaves it to us", "1800", said("600;refresher=uac"), { seconds: 600, method: "INVITE" }],
    ["the callee does not say who", "1800", said("600"), { seconds: 600, method: "INVITE" }],
    ["the callee takes UPDATE", "1800", said("600;Refresher=UAC", [update]), { seconds: 600, method: "UPDATE" }],
    ["the callee knows no timers", "1800;refresher=uas", said(), { seconds: 1_800, method: "INVITE" }],
    ["neither side supports timers", undefined, said(), undefined],
    ["nonsense is said", "soon", said("-1;refresher=uac"), undefined],
] as const)("of a caller, where %s", (_, asked, ok, expected) => {
    expect(dutyOfCaller(said(asked), ok)).toEqual(expected);
});

test.each([
    ["the caller does it", said("1800;refresher=uac", [timer]), undefined],
    ["the caller leaves it open", said("1800", [timer]), undefined],
    ["the caller asks us", said("1800;refresher=uas", [timer, update]), { seconds: 1_800, method: "UPDATE" }],
    ["the caller knows no timers", said("1800", [update]), { seconds: 1_800, method: "UPDATE" }],
    ["less than may be is asked for", said("20"), { seconds: 90, method: "INVITE" }],
    ["nothing is asked for", said(undefined, [timer]), undefined],
])("of a callee, where %s", (_, invite, expected) => {
    expect(dutyOfCallee(invite)).toEqual(expected);
});

test.each([
    ["who goes on", said("1800;refresher=uac", [timer]), { "Session-Expires": "1800;refresher=uac" }],
    ["who wants us to go on", said("600;Refresher=UAS", [timer]), { "Session-Expires": "600;refresher=uas" }],
    ["who does not say who goes on", said("1800", [timer]), { "Session-Expires": "1800;refresher=uac" }],
    ["who says nonsense", said("1800;refresher=both", [timer]), { "Session-Expires": "1800;refresher=uac" }],
    ["who knows no timers", said("1800;refresher=uac"), {}],
    ["who does not ask", said(undefined, [timer]), {}],
])("is granted to a peer %s", (_, refresh, granted) => {
    expect(grantOf(refresh)).toEqual(granted);
});
