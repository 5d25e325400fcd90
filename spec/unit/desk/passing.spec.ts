import { describe, expect, it } from "vitest";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import { CallFailure } from "../../../lib/ports/CallFailure.ts";
import { connected, open, sdp, turn } from "./openDesk.ts";

const number = (digits: string): PhoneNumber => digits as PhoneNumber;

describe("what a party says to the other one in addition to its session", () => {
    it("shows the caller who was reached, before and after the answer, and again when it changes", async () => {
        const { origin, media, call } = open();
        const says = call();
        await turn();
        media.give(sdp("O'"));
        await turn();
        says.target({
            kind: "identified",
            party: { kind: "number", number: number("101"), displayName: "Front Desk" },
        });
        says.target({ kind: "answered", sdp: sdp("A") });
        await turn();
        media.give(sdp("A'"));
        await turn();
        says.target({
            kind: "identified",
            party: { kind: "number", number: number("102"), displayName: "Night Desk" },
        });
        await turn();
        const shown = ["showParty Front Desk", "accept A'", "showParty Front Desk", "showParty Night Desk"];
        expect(origin.told).toEqual(shown);
    });

    it("sends digits in the signalling to a party that wants them there, and otherwise in the media", async () => {
        const { origin, target, media, desk, says } = await connected();
        says.origin({ kind: "digits", digits: "1" });
        media.report({ kind: "digits", side: "origin", digits: "2" });
        await turn();
        expect(media.asked.slice(2)).toEqual(["digits origin 1"]);
        target.abilities.add("digits");
        says.origin({ kind: "digits", digits: "3" });
        media.report({ kind: "digits", side: "origin", digits: "4" });
        await turn();
        expect(target.told.slice(1)).toEqual(["sendDigits 3", "sendDigits 4"]);
        // the Matrix user is the callee, so the digits of a command go to the caller
        expect(await desk.sendDigits("c1", "5")).toBe("done");
        expect(media.asked.slice(2)).toEqual(["digits origin 1", "digits target 5"]);
        expect(origin.told).toEqual(["ring", "accept A'"]);
    });

    it("asks a party for a whole picture in its signalling, and otherwise in the media", async () => {
        const { target, media, says } = await connected();
        says.origin({ kind: "pictureRequested" });
        media.report({ kind: "pictureRequested", side: "origin" });
        await turn();
        expect(media.asked.slice(2)).toEqual(["picture origin"]);
        let requests = 0;
        target.pictures = { request: () => Promise.resolve(void (requests += 1)) };
        says.origin({ kind: "pictureRequested" });
        media.report({ kind: "pictureRequested", side: "origin" });
        await turn();
        expect(requests).toBe(2);
        expect(media.asked.slice(2)).toEqual(["picture origin"]);
    });

    it("says so if digits of a command cannot be sent", async () => {
        const { origin, desk, says } = await connected();
        origin.abilities.add("digits");
        origin.failAt("sendDigits", new CallFailure("networkFailure", "415"));
        expect(await desk.sendDigits("c1", "5")).toBe("failed");
        expect(await desk.sendDigits("c2", "5")).toBe("failed");
        says.origin({ kind: "ended", cause: "hungUp" });
        await turn();
        expect(await desk.sendDigits("c1", "5")).toBe("failed");
    });
});
