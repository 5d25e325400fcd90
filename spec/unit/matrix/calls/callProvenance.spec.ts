import { beforeEach, describe, expect, it } from "vitest";
import { HomeserverError } from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import { alice, CallsWorld, carol } from "../../../support/matrix/CallsWorld.ts";

const unreachable = new HomeserverError("no answer", {});

let world: CallsWorld;

beforeEach(() => {
    world = new CallsWorld();
});

describe("call provenance", () => {
    const divertedBy = { kind: "number", number: "+442071838751" as PhoneNumber } as const;

    it("is sent as one notice before the invite", async () => {
        const { room } = await world.ringing(alice, { divertedBy, numberCheck: "passed" });
        expect(world.notices(room)).toEqual([
            "Call via +44 20 7183 8751. The carrier has verified the caller's number.",
        ]);
        const sent = world.homeserver.requests.filter((request) => request.startsWith("send"));
        expect(sent).toEqual(["send m.room.message", "send m.call.invite"]);
    });

    it("is sent after an invited user has joined", async () => {
        const { room } = await world.ringing(carol, { divertedBy });
        expect(world.notices(room)).toEqual([]);
        world.homeserver.joinAs(carol, room);
        await world.settle();
        expect(world.notices(room)).toEqual(["Call via +44 20 7183 8751."]);
        expect(world.sentByBridge(room, "m.call.invite")).toHaveLength(1);
    });

    it("sends no notice when there is none", async () => {
        const { room } = await world.ringing();
        expect(world.notices(room)).toEqual([]);
    });

    it("does not prevent ringing when the notice cannot be sent", async () => {
        world.homeserver.failOnce("send", unreachable);
        const { events, room } = await world.ringing(alice, { divertedBy });
        expect(events).toEqual([{ kind: "ringing" }]);
        expect(world.sentByBridge(room, "m.call.invite")).toHaveLength(1);
    });
});
