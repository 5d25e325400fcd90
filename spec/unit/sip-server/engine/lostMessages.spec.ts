import { expect, it } from "vitest";
import { acknowledging, answering, bob } from "../../../support/sip-server/callScripts.ts";
import { request, sdp, Stage } from "../../../support/sip-server/Stage.ts";

// What belongs to no transaction: a 2xx and its ACK are repeated by the ends of the call (RFC 3261 13.2.2.4, 13.3.1.4),
// so it takes the whole engine to see that a call stands whatever UDP does to its first messages.

const LATE_MS = 1_300;

/** A call of a moment: INVITE, 100, 180, 200, ACK, BYE, 200 in fair weather. */
async function call(weather: readonly (readonly number[])[]): Promise<string> {
    const stage = new Stage();
    stage.network.weather = () => weather[stage.network.log.length - 1] ?? [1];
    const caller = acknowledging(stage.side("192.0.2.1"));
    const callee = answering(stage.side("192.0.2.2"));
    await caller.engine.send(request("INVITE", bob, { body: sdp }));
    // All six INVITEs may be lost; the seventh goes out after 31.5 s.
    await stage.pass(40_000, 250);
    const dialogId = caller.app.responses.at(-1)?.dialogId ?? "";
    await caller.engine.send(request("BYE", "sip:placeholder", { dialogId }));
    await stage.pass(12_000, 250);
    await stage.expectNothingLeft(caller, callee);
    // It rings as often as a 180 comes, but not behind the 200.
    const { told } = caller.app;
    const heard = told.slice(told.findIndex((title) => title !== "180 INVITE"));
    return `${callee.app.told.join()} / ${heard.join()}`;
}

it.each([
    ["lost, arrive immediately, or arrive late", [[], [1], [LATE_MS]], 6],
    ["lost, arrive late, or arrive both immediately and late", [[], [LATE_MS], [1, LATE_MS]], 5],
] as const)(
    "a call stands and ends, whichever of the first messages are %s",
    async (_what, fates, messages) => {
        const wrong: string[] = [];
        for (let number = 0; number < fates.length ** messages; number++) {
            const weather = Array.from(
                { length: messages },
                (_, position) => fates[Math.floor(number / fates.length ** position) % fates.length] ?? [1],
            );
            const told = await call(weather);
            if (told !== "INVITE,ACK,BYE / 200 INVITE,200 BYE") wrong.push(`${JSON.stringify(weather)}: ${told}`);
        }
        expect(wrong).toEqual([]);
    },
    120_000,
);
