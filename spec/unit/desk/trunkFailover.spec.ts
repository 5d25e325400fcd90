import { beforeEach, describe, expect, it } from "vitest";
import type { CallId, MediaTransport } from "../../../lib/call/vocabulary.ts";
import { CallDesk } from "../../../lib/desk/CallDesk.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { MediaRequest } from "../../../lib/ports/MediaProxy.ts";
import { SipCalls } from "../../../lib/sip/SipCalls.ts";
import { SipLegs } from "../../../lib/sip/SipLegs.ts";
import type { SipTrunk } from "../../../lib/sip/SipTrunk.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { FakeLeg } from "../../support/FakeLeg.ts";
import { KeptLog, KeptRecorder, KeptTelemetry } from "../../support/quiet.ts";
import { aTrunk } from "../../support/sip/aTrunk.ts";
import { ScriptedStack } from "../../support/sip/ScriptedStack.ts";
import { HandledMedia } from "./HandledMedia.ts";
import { sdp, turn } from "./openDesk.ts";

// The desk and the SIP legs, with a script where the SIP server and the media proxy stand.

/** A media proxy that answers with what it was asked for. */
class NamingMedia extends HandledMedia {
    readonly requests: MediaRequest[] = [];

    override open(...[request, report]: Parameters<HandledMedia["open"]>): ReturnType<HandledMedia["open"]> {
        this.requests.push(request);
        const session = super.open(request, report);
        return { ...session, offer: () => Promise.resolve(sdp(`offer of ${request.transports.target}`)) };
    }
}

let stack: ScriptedStack;
let media: NamingMedia;
let origin: FakeLeg;
let clock: FakeClock;
/** Names of trunks that do not respond to probes. */
let down: readonly string[];

beforeEach(() => {
    stack = new ScriptedStack();
    media = new NamingMedia();
    origin = new FakeLeg();
    clock = new FakeClock();
    down = [];
});

/** Places a call over these trunks, whose names are also those of their hosts. */
async function call(...trunks: (readonly [name: string, media: MediaTransport, more?: Partial<SipTrunk>])[]) {
    const parts = { clock, log: new KeptLog() };
    const legs = new SipLegs({
        ...parts,
        ...{ stack, calls: new SipCalls(), userAgent: "spec/1", random: () => 0.5, mayDial: () => true },
        trunks: trunks.map(([name, transport, more]) => aTrunk({ name, domain: name, media: transport, ...more })),
        availability: {
            inOrder: (all) => [...all].sort((one, other) => +down.includes(one.name) - +down.includes(other.name)),
            responded: () => undefined,
        },
    });
    const desk = new CallDesk({
        ...parts,
        ...{ media, recorder: new KeptRecorder(), telemetry: new KeptTelemetry(), maxCalls: 10 },
        effectTimeoutMs: 5_000,
    });
    const other = { dial: () => new FakeLeg() };
    desk.connect({ matrix: other, sip: legs, phone: other });
    const [first = ["", "rtp"] as const, ...others] = trunks;
    const target = {
        network: "sip",
        media: first[1],
        callee: { kind: "number", number: "+442071838750" as PhoneNumber },
        caller: "@alice:matrix.example" as MatrixUserId,
        trunks: [first[0], ...others.map(([name]) => name)] as [string, ...string[]],
    } as const;
    desk.open({
        ...{ callId: "c1" as CallId, origin, originMedia: "webrtc", originVideo: "permitted", offer: sdp("O") },
        ring: [{ targets: [target], forMs: 60_000 }],
        policy: { ringMs: 60_000, maxDurationMs: 3_600_000 },
    });
    await turn();
}

/** Where INVITEs went, and with which offer. */
function invites(): readonly string[] {
    return stack.requests
        .filter(({ method }) => method === "INVITE")
        .map(({ uri = "", body = "" }) => `${/@([^;]+)/.exec(uri)?.[1] ?? uri}: ${body}`);
}

async function respond(status: number): Promise<void> {
    stack.answer(status);
    await turn();
    await turn();
}

describe("a call that fails over to the next trunk", () => {
    it("offers each trunk the media that it demands", async () => {
        await call(["plain", "rtp"], ["secure", "srtp"], ["other", "rtp"]);
        await respond(503);
        await respond(503);
        expect(invites()).toEqual(["plain: offer of rtp", "secure: offer of srtp", "other: offer of rtp"]);
        await respond(503);
        expect(origin.told).toEqual(["end networkFailure"]);
    });

    it("keeps its offer for a trunk with the same media", async () => {
        await call(["one", "srtp"], ["two", "srtp"]);
        await respond(503);
        expect(invites()).toEqual(["one: offer of srtp", "two: offer of srtp"]);
        expect(media.requests).toHaveLength(1);
    });

    it.each([486, 480, 404, 603, 488])("is over after a %i, which is the word of the callee", async (status) => {
        await call(["plain", "rtp"], ["secure", "srtp"]);
        await respond(status);
        expect(invites()).toEqual(["plain: offer of rtp"]);
        expect(origin.told).toHaveLength(1);
    });

    it("is over if the phone has rung, because it would ring again", async () => {
        await call(["plain", "rtp"], ["secure", "srtp"]);
        await respond(180);
        await respond(503);
        expect(invites()).toEqual(["plain: offer of rtp"]);
        expect(origin.told.at(-1)).toMatch(/^end /);
    });

    it("is over when the ring time is over", async () => {
        await call(["plain", "rtp"], ["secure", "srtp"]);
        clock.advance(60_000);
        await turn();
        expect(invites()).toEqual(["plain: offer of rtp"]);
        expect(origin.told).toEqual(["end unavailable"]);
    });

    it("leaves out a trunk that has its maximum of calls", async () => {
        await call(["full", "rtp", { maxCalls: 0 }], ["secure", "srtp"]);
        await turn();
        expect(invites()).toEqual(["secure: offer of srtp"]);
    });

    it("tries a trunk that is down after all others", async () => {
        down = ["plain"];
        await call(["plain", "rtp"], ["secure", "srtp"]);
        await respond(503);
        expect(invites()).toEqual(["secure: offer of srtp", "plain: offer of rtp"]);
    });

    it("has video only with trunks that permit it", async () => {
        await call(["plain", "rtp", { video: "permitted" }], ["secure", "srtp"]);
        await respond(503);
        expect(media.requests.map(({ transports, video }) => [transports.target, video])).toEqual([
            ["rtp", "permitted"],
            ["srtp", undefined],
        ]);
    });
});
