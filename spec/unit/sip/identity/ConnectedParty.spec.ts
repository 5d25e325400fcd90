import { describe, expect, test } from "vitest";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { ConnectedParty } from "../../../../lib/sip/identity/ConnectedParty.ts";
import { identifyConnected } from "../../../../lib/sip/identity/identifyConnected.ts";

const trusted = { trusted: true, defaultCountry: "GB" } as const;
const desk = { kind: "number", number: "101", displayName: "Front Desk" };

describe("who was reached, by what a trusted peer asserts", () => {
    test.each<[string, Readonly<Record<string, string>>, object | undefined]>([
        ["P-Asserted-Identity", { "p-asserted-identity": '"Front Desk" <sip:101@pbx.example>' }, desk],
        ["Remote-Party-ID", { "remote-party-id": '"Front Desk" <sip:101@pbx.example>;party=called' }, desk],
        [
            "P-Asserted-Identity before Remote-Party-ID",
            {
                "p-asserted-identity": '"Front Desk" <sip:101@pbx.example>',
                "remote-party-id": '"Other" <sip:102@pbx.example>;party=called',
            },
            desk,
        ],
        ["nothing", { from: '"Alice" <sip:alice@bridge.example>', to: '"Bob" <sip:bob@pbx.example>' }, undefined],
        ["a party that is neither", { "remote-party-id": "<sip:101@pbx.example>;party=other" }, undefined],
        ["an identity that is withheld", { "p-asserted-identity": "<sip:101@pbx.example>", privacy: "id" }, undefined],
        [
            "a Remote-Party-ID that is withheld",
            { "remote-party-id": "<sip:101@pbx.example>;party=called;privacy=full" },
            undefined,
        ],
        ["an identity that cannot be read", { "p-asserted-identity": "<<>>" }, undefined],
    ])("%s", (_, headers, party) => {
        expect(identifyConnected(new Map(Object.entries(headers)), trusted)).toEqual(
            party === undefined ? undefined : expect.objectContaining(party),
        );
    });

    test("is ignored from a peer that is not trusted", () => {
        const headers = new Map([["p-asserted-identity", "<sip:101@pbx.example>"]]);
        expect(identifyConnected(headers, { trusted: false })).toBeUndefined();
    });
});

test("each identity is reported once, until it changes", () => {
    const events: LegEvent[] = [];
    const party = new ConnectedParty(trusted, (event) => events.push(event), desk as never);
    const says = (name: string) => new Map([["p-asserted-identity", `"${name}" <sip:101@pbx.example>`]]);
    for (const name of ["Front Desk", "Night Desk", "Night Desk", "Front Desk"]) party.read(says(name));
    party.read(new Map());
    expect(events.map((event) => "party" in event && "displayName" in event.party && event.party.displayName)).toEqual([
        "Night Desk",
        "Front Desk",
    ]);
});
