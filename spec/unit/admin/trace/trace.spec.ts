import { beforeEach, describe, expect, it } from "vitest";
import { isFailure } from "../../../../lib/admin/Answer.ts";
import { trace } from "../../../../lib/admin/commands/trace.ts";
import type { CommandContext } from "../../../../lib/admin/Command.ts";
import { plainAnswer } from "../../../../lib/admin/renderAnswer.ts";
import { SipLadders } from "../../../../lib/admin/SipLadders.ts";
import { CallHistory } from "../../../../lib/records/CallHistory.ts";
import { aCallRecord } from "../../../support/aCallRecord.ts";
import { aFakeAdministration } from "../../../support/aFakeAdministration.ts";

const NOW = 10_000_000;

describe("trace", () => {
    let ladders: SipLadders;
    let context: CommandContext;

    beforeEach(() => {
        ladders = new SipLadders(() => NOW);
        const history = new CallHistory({ maxCalls: 100, maxAgeMs: 1e12, now: () => NOW });
        for (const [callId, minutesAgo] of [
            ["old", 30],
            ["middle", 5],
            ["new", 1],
        ] as const) {
            const endedAt = NOW - minutesAgo * 60_000;
            history.ended(aCallRecord({ callId, sipCallId: `${callId}@pbx`, endedAt }));
            const headers = new Map([["authorization", "Digest secret"]]);
            const peer = { address: "192.0.2.1", port: 5060 };
            const sipCallId = `${callId}@pbx`;
            ladders.add({ direction: "received", method: "INVITE", uri: `sip:${callId}@b`, headers, sipCallId, peer });
            ladders.add({
                direction: "sent",
                method: "INVITE",
                status: 486,
                reason: "Busy <Here>",
                headers: new Map([["reason", "Q.850;cause=17"]]),
                sipCallId,
                peer,
            });
        }
        const fake = aFakeAdministration();
        const administration = {
            ...fake,
            calls: {
                ...fake.calls,
                history: history.query.bind(history),
                find: history.find.bind(history),
                messages: (id: string) => ladders.linesOf(history.find(id)?.sipCallId ?? ""),
            },
        };
        const invoker = { name: "http", level: "operator" } as const;
        const commands = { find: () => undefined, availableTo: () => [], nearest: () => undefined };
        context = { administration, invoker, commands, now: NOW };
    });

    async function run(which: string, minutes?: number): Promise<string> {
        return plainAnswer(await trace.run({ which, ...(minutes !== undefined && { minutes }) }, context));
    }

    it("shows the newest call with a trunk, or one call by its id", async () => {
        expect(await run("carrier")).toContain("INVITE sip:new@b");
        expect(await run("carrier")).not.toContain("sip:middle@b");
        expect(await run("old")).toContain("INVITE sip:old@b");
    });

    it("shows all calls of the last minutes, the newest first", async () => {
        const shown = await run("carrier", 10);
        expect(shown.indexOf("sip:new@b")).toBeLessThan(shown.indexOf("sip:middle@b"));
        expect(shown).not.toContain("sip:old@b");
    });

    it("says that there is nothing for another party, or in that time", async () => {
        expect(await run("+4920", 10)).toContain("No SIP messages are kept for +4920 in the last 10 minutes.");
        expect(isFailure(await trace.run({ which: "other" }, context))).toBe(true);
    });

    it("draws the same messages as a picture, without credentials and with everything escaped", async () => {
        const outcome = await trace.run({ which: "carrier", minutes: 10 }, context);
        const picture = isFailure(outcome) ? "" : (outcome.picture?.svg ?? "");
        expect(picture).toMatch(/^<svg xmlns/);
        expect(picture.match(/marker-end/g)).toHaveLength(4);
        expect(picture).toContain("486 Busy &lt;Here&gt; (INVITE) [Q.850;cause=17]");
        expect(picture).toContain("192.0.2.1:5060");
        expect(picture).not.toContain("secret");
    });

    it("draws 60 messages at most, and says how many there are in the text", async () => {
        for (let index = 0; index < 80; index++) {
            ladders.add({ direction: "sent", method: "INFO", headers: new Map(), sipCallId: "new@pbx" });
        }
        const outcome = await trace.run({ which: "carrier", minutes: 10 }, context);
        const picture = isFailure(outcome) ? "" : (outcome.picture?.svg ?? "");
        expect(picture.match(/marker-end/g)).toHaveLength(60);
        expect(picture).toContain("24 further messages are in the text only.");
        expect(await run("carrier", 10)).toContain("sip:middle@b");
    });
});
