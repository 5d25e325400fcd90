import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RtpTone } from "../../../lab/audio/RtpTone.ts";
import { freePort } from "../../../lab/world/freePort.ts";
import { until } from "../../../lab/world/until.ts";
import type { CallId, DigitForm, Sdp, Side } from "../../../lib/call/vocabulary.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { changeAlone } from "../../support/changeAlone.ts";
import { phone, type PhoneSays } from "../../support/descriptions.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";

const plain = { payloads: "0", formats: ["a=rtpmap:0 PCMU/8000"] };
const withEvents = { payloads: "0 101", formats: [...plain.formats, "a=rtpmap:101 telephone-event/8000"] };
const keys = "1122##";

describe("digits for a phone that receives them in the signalling, through rtpengine", () => {
    let world: MediaWorld;
    let caller: RtpTone;
    let callee: RtpTone;
    let session: MediaSession;
    const reported: Record<Side, string> = { origin: "", target: "" };

    beforeEach(async () => {
        [caller, callee] = [await RtpTone.start(440), await RtpTone.start(880)];
        Object.assign(reported, { origin: "", target: "" });
    });

    afterEach(async () => {
        await session.release();
        await Promise.all([caller.stop(), callee.stop()]);
        await world.stop();
    });

    async function start(reports: "reported" | "not reported"): Promise<void> {
        const digitReports = { host: "127.0.0.1", port: await freePort() };
        world = await MediaWorld.start(reports === "reported" ? { digitReports } : {});
    }

    function open(forms: Readonly<Record<Side, DigitForm>>): MediaSession {
        return world.media.open(
            {
                callId: "digits" as CallId,
                transports: { origin: "rtp", target: "rtp" },
                digits: (side) => forms[side],
            },
            (event) => {
                if (event.kind === "digits") reported[event.side] += event.digits;
            },
        );
    }

    /** Resolves to the answer that the caller receives, once both hear each other. */
    async function connect(
        forms: Readonly<Record<Side, DigitForm>>,
        [callerSays, calleeSays]: readonly [PhoneSays, PhoneSays],
    ): Promise<{ readonly offered: Sdp; readonly answered: Sdp }> {
        session = open(forms);
        const offered = await session.offer(phone({ port: caller.port, ...callerSays }));
        const answered = await session.answer(phone({ port: callee.port, ...calleeSays }));
        caller.sendTo({ address: "127.0.0.1", port: portIn(answered) });
        callee.sendTo({ address: "127.0.0.1", port: portIn(offered) });
        await Promise.all([caller.hears(880), callee.hears(440)]);
        return { offered, answered };
    }

    async function reportedFrom(side: Side): Promise<void> {
        const arrived = (): true | undefined => reported[side].length >= keys.length || undefined;
        await until(arrived, { what: "the reports of digits", timeoutMs: 5_000 });
        expect(reported[side]).toBe(keys);
    }

    it("are reported complete, in order and once, and do not reach a callee that answered without RTP events", async () => {
        await start("reported");
        const { answered } = await connect({ origin: "media", target: "signalling" }, [withEvents, plain]);
        expect(answered).toContain("a=rtpmap:101 telephone-event/8000");
        caller.press(keys);
        await reportedFrom("origin");
        await Promise.all([caller.hears(880), callee.hears(440)]);
        expect(callee.heardDigits).toBe("");
    });

    it("do not reach a callee that accepted RTP events as well", async () => {
        await start("reported");
        await connect({ origin: "media", target: "signalling" }, [withEvents, withEvents]);
        caller.press(keys);
        await reportedFrom("origin");
        expect(callee.heardDigits).toBe("");
        expect(reported.target).toBe("");
    });

    it("reach a caller without RTP events, whose answer does not name them, also after a re-offer", async () => {
        await start("reported");
        const { offered, answered } = await connect({ origin: "signalling", target: "media" }, [plain, withEvents]);
        expect(offered).toContain("telephone-event/8000");
        expect(answered).not.toContain("telephone-event");
        const again = await changeAlone(session, "origin", phone({ port: caller.port, version: 2, ...plain }));
        expect(again).not.toContain("telephone-event");
        callee.press(keys);
        await reportedFrom("target");
        expect(caller.heardDigits).toBe("");
    });

    it("reach a phone that receives RTP events by the media alone", async () => {
        await start("reported");
        await connect({ origin: "media", target: "media" }, [withEvents, withEvents]);
        caller.press(keys);
        const arrived = (): true | undefined => callee.heardDigits.length >= keys.length || undefined;
        await until(arrived, { what: "the digits at the callee", timeoutMs: 5_000 });
        expect(callee.heardDigits).toBe(keys);
        expect(reported).toEqual({ origin: "", target: "" });
    });

    it("are not offered if rtpengine does not report them", async () => {
        await start("not reported");
        const { answered } = await connect({ origin: "media", target: "signalling" }, [withEvents, plain]);
        expect(answered).not.toContain("telephone-event");
    });
});

describe("an rtpengine without dtmf-log-dest", () => {
    it("is found at the start, and a warning is logged", async () => {
        const digitReports = { host: "127.0.0.1", port: await freePort() };
        const other = { host: "127.0.0.1", port: await freePort() };
        const world = await MediaWorld.start({ digitReports }, 1, other);
        expect(world.log.lines).toEqual(["warn: DTMF digits not reported by rtpengine"]);
        expect(await world.held()).toEqual([0]);
        await world.stop();
    });
});

function portIn(sdp: Sdp): number {
    return Number(/^m=audio ([0-9]+)/m.exec(sdp)?.[1]);
}
