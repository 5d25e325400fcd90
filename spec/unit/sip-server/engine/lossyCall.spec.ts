import { describe, expect, it } from "vitest";
import { acknowledging, answering, bob } from "../../../support/sip-server/callScripts.ts";
import { generator } from "../../../support/sip-server/generator.ts";
import { fairWeather, type Parcel, titleOf, type Weather } from "../../../support/sip-server/MemoryNetwork.ts";
import { request, sdp, type Side, Stage } from "../../../support/sip-server/Stage.ts";

/** Loses the first `times` messages of that title. */
function losing(title: string, times = 1): Weather {
    let left = times;
    return (parcel: Parcel) => {
        if (titleOf(parcel.message) !== title || left === 0) return fairWeather(parcel);
        left -= 1;
        return [];
    };
}

async function call(weather: Weather): Promise<{ stage: Stage; caller: Side; callee: Side }> {
    const stage = new Stage();
    stage.network.weather = weather;
    const caller = acknowledging(stage.side("192.0.2.1"));
    const callee = answering(stage.side("192.0.2.2"));
    await caller.engine.send(request("INVITE", bob, { body: sdp }));
    await stage.pass(10_000);
    const dialogId = caller.app.responses.at(-1)?.dialogId ?? "";
    await caller.engine.send(request("BYE", "sip:placeholder", { dialogId }));
    await stage.pass(10_000);
    return { stage, caller, callee };
}

describe("a call over UDP that loses, repeats and reorders", () => {
    it.each([
        ["INVITE", 3],
        ["100 INVITE", 9],
        ["180 INVITE", 1],
        ["200 INVITE", 3],
        ["ACK", 3],
        ["BYE", 3],
        ["200 BYE", 3],
    ])("is none the worse for losing %s %i times", async (title, times) => {
        const { stage, caller, callee } = await call(losing(title, times));
        expect(callee.app.told).toEqual(["INVITE", "ACK", "BYE"]);
        expect(caller.app.told.filter((told) => told !== "180 INVITE")).toEqual(["200 INVITE", "200 BYE"]);
        await stage.expectNothingLeft(caller, callee);
    });

    it("tells each thing once when everything comes twice", async () => {
        const { stage, caller, callee } = await call(() => [1, 30]);
        expect(callee.app.told).toEqual(["INVITE", "ACK", "BYE"]);
        expect(caller.app.told.filter((told) => told === "200 INVITE")).toHaveLength(1);
        expect(callee.engine.load().counters.retransmissionsAbsorbed).toBeGreaterThan(0);
        await stage.expectNothingLeft(caller, callee);
    });

    it("takes the answer when the ringing comes after it", async () => {
        const { stage, caller, callee } = await call(({ message }) => [titleOf(message) === "180 INVITE" ? 90 : 5]);
        expect(caller.app.told).toEqual(["200 INVITE", "200 BYE"]);
        await stage.expectNothingLeft(caller, callee);
    });

    it.each(Array.from({ length: 60 }, (_, seed) => seed))("leaves nothing behind in storm %i", async (seed) => {
        const random = generator(seed);
        const storm: Weather = () => {
            if (random() < 0.25) return [];
            const delay = Math.floor(random() * 700);
            return random() < 0.2 ? [delay, Math.floor(random() * 3000)] : [delay];
        };
        const { stage, caller, callee } = await call(storm);
        expect(callee.app.told.filter((told) => told === "INVITE").length).toBeLessThan(2);
        expect(callee.app.told.filter((told) => told === "ACK").length).toBeLessThan(2);
        expect(caller.app.told.filter((told) => / INVITE$/.test(told) && !told.startsWith("1")).length).toBe(1);
        await stage.expectNothingLeft(caller, callee);
        expect(callee.app.records.filter(({ kind }) => kind === "attempt").length).toBe(
            callee.app.records.filter(({ kind }) => kind === "stop").length,
        );
    });
});
