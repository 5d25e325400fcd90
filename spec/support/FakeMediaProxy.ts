import type { Hold } from "../../lib/call/CallEvent.ts";
import {
    otherSide,
    type EndCause,
    type IceCandidate,
    type MediaTransport,
    type Sdp,
    type Side,
} from "../../lib/call/vocabulary.ts";
import { answerDirection, directionIn } from "../../lib/sdp/Party.ts";
import { receives } from "../../lib/sdp/direction.ts";
import { TALKS, type Wish } from "../../lib/sdp/Wish.ts";
import { readParty, type PartyDescription } from "../../lib/sdp/PartyDescription.ts";
import { present } from "../../lib/sdp/presentation.ts";
import { nextDescription, type SentDescription } from "../../lib/sdp/SentDescription.ts";
import { parseDescription, type Direction } from "../../lib/sdp/sessionDescription.ts";
import { CallFailure } from "../../lib/ports/CallFailure.ts";
import type {
    ChangeAnswer,
    MediaProxy,
    MediaRecord,
    MediaReport,
    MediaRequest,
    MediaSession,
} from "../../lib/ports/MediaProxy.ts";

/** A media proxy without media: keeps the contract, holds no port, sends no packet. */
export class FakeMediaProxy implements MediaProxy {
    /** Every session ever opened, in order. */
    readonly sessions: FakeMediaSession[] = [];
    readonly #world: { server: "there" | "gone" } = { server: "there" };

    open(request: MediaRequest, report: MediaReport): FakeMediaSession {
        const session = new FakeMediaSession(request, report, this.#world);
        session.number = this.sessions.push(session) - 1;
        return session;
    }

    /** The session of the record goes on, with what was said in it. */
    resume(request: MediaRequest, { data }: MediaRecord, report: MediaReport): FakeMediaSession {
        const before = this.sessions[Number(data)];
        const session = new FakeMediaSession(request, report, this.#world, before);
        session.number = this.sessions.push(session) - 1;
        return session;
    }

    /** Sessions that hold something. */
    get held(): number {
        const last = new Map(this.sessions.map((session) => [nameOf(session.request), session]));
        return [...last.values()].filter((session) => session.holds).length;
    }

    /** From now on, no media server answers. */
    vanish(): void {
        this.#world.server = "gone";
    }
}

function nameOf({ callId, leg }: MediaRequest): string {
    return `${callId} ${leg ?? ""}`;
}

class FakeMediaSession implements MediaSession {
    readonly request: MediaRequest;
    /** What it was asked, in order: `offer`, `answer`, `candidates origin 2`, `propose change target`, `release`. */
    readonly asked: string[] = [];
    /** Its place in `sessions`. */
    number = 0;
    readonly #report: MediaReport;
    readonly #world: { readonly server: "there" | "gone" };
    readonly #said: Partial<Record<Side, PartyDescription>> = {};
    readonly #told: Partial<Record<Side, SentDescription>> = {};
    #state: "fresh" | "holding" | "released" = "fresh";

    constructor(
        request: MediaRequest,
        report: MediaReport,
        world: { readonly server: "there" | "gone" },
        before?: FakeMediaSession,
    ) {
        this.request = request;
        this.#report = report;
        this.#world = world;
        if (before === undefined) return;
        Object.assign(this.#said, before.#said);
        Object.assign(this.#told, before.#told);
        this.#state = before.#state;
    }

    get holds(): boolean {
        return this.#state === "holding";
    }

    /** As if the media were found to be gone. */
    lose(cause: EndCause = "mediaLost"): void {
        this.#report({ kind: "mediaFailed", cause });
    }

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects instead of throwing
    async offer(sdp: Sdp): Promise<Sdp> {
        this.#note("offer");
        const said = this.#take("origin", sdp);
        this.#state = "holding";
        return this.#tell("target", said.streams[0].direction ?? "sendrecv", undefined);
    }

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects instead of throwing
    async answer(sdp: Sdp): Promise<Sdp> {
        this.#note("answer");
        const said = this.#take("target", sdp);
        return this.#tell("origin", said.streams[0].direction ?? "sendrecv", this.#said.origin);
    }

    addCandidates(side: Side, candidates: readonly IceCandidate[]): Promise<void> {
        this.asked.push(`candidates ${side} ${candidates.length}`);
        return Promise.resolve();
    }

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects instead of throwing
    async proposeChange(side: Side, sdp: Sdp): Promise<ChangeAnswer> {
        this.#note(`propose change ${side}`);
        const said = this.#take(side, sdp);
        const hold = receives(directionIn(said)) ? "talks" : "holds";
        const direction = answerDirection(said, this.#wishOf(otherSide(side)), "none");
        return { kind: "answer", sdp: this.#tell(side, direction, said), hold };
    }

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects instead of throwing
    async proposeHold(side: Side, hold: Hold): Promise<ChangeAnswer> {
        this.#note(`${hold} ${side}`);
        const told = this.#told[side];
        if (told === undefined) throw new CallFailure("internalError", "the session is not up");
        return { kind: "answer", sdp: told.sdp, hold };
    }

    completeChange(): Promise<ChangeAnswer> {
        return Promise.reject(new CallFailure("internalError", "this proxy forwards no changes"));
    }

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects instead of throwing
    async beginHandover(side: Side, stays: Hold): Promise<Sdp> {
        this.#note(`begin handover ${side}`);
        const direction = stays === "holds" ? "sendonly" : "sendrecv";
        const server = parseDescription(serverSays("rtp", direction));
        const presentation = server === undefined ? undefined : present(server, "rtp");
        if (presentation?.kind !== "presentable") throw new Error("the fake's own description is unusable");
        return nextDescription(1, presentation, undefined).sdp;
    }

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects instead of throwing
    async completeHandover(side: Side, sdp: Sdp): Promise<Hold> {
        this.#note(`complete handover ${side}`);
        const reading = readParty(sdp, "rtp");
        if (reading.kind !== "usable") throw new CallFailure("noCommonMedia", reading.kind);
        return receives(directionIn(reading.party)) ? "talks" : "holds";
    }

    cancelHandover(side: Side): Promise<void> {
        this.asked.push(`cancel handover ${side}`);
        return Promise.resolve();
    }

    requestPicture(): Promise<void> {
        return Promise.resolve();
    }

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects instead of throwing
    async sendDigits(side: Side, digits: string): Promise<void> {
        this.#note(`digits ${side} ${digits}`);
        if (this.#said.target === undefined) throw new CallFailure("internalError", "the session is not up");
    }

    /** As if a party had pressed a key in the media. */
    press(side: Side, digits: string): void {
        this.#report({ kind: "digits", side, digits });
    }

    snapshot(): MediaRecord | undefined {
        const isConnected = this.#state === "holding" && this.#told.origin !== undefined;
        return isConnected ? { server: "fake", data: this.number } : undefined;
    }

    release(): Promise<void> {
        this.asked.push("release");
        this.#state = "released";
        return Promise.resolve();
    }

    #wishOf(side: Side): Wish {
        const said = this.#said[side];
        return said === undefined ? TALKS : { direction: directionIn(said), command: "none" };
    }

    #note(what: string): void {
        this.asked.push(what);
        if (this.#state === "released") throw new CallFailure("mediaLost", "the session is released");
        if (this.#world.server === "gone") throw new CallFailure("serviceUnavailable", "no media server answers");
    }

    #take(side: Side, sdp: Sdp): PartyDescription {
        const reading = readParty(sdp, this.request.transports[side]);
        if (reading.kind !== "usable") throw new CallFailure("noCommonMedia", reading.kind);
        this.#said[side] = reading.party;
        return reading.party;
    }

    #tell(side: Side, direction: Direction, answering: PartyDescription | undefined): Sdp {
        const kind = answering?.transport ?? this.request.transports[side];
        const server = parseDescription(serverSays(kind, direction));
        const presentation =
            server === undefined ? undefined : present(server, kind, answering && { said: answering, role: "answer" });
        if (presentation?.kind !== "presentable") throw new Error("the fake's own description is unusable");
        const told = nextDescription(1, presentation, this.#told[side]);
        this.#told[side] = told;
        return told.sdp;
    }
}

const BY_KIND: Readonly<Record<MediaTransport, readonly string[]>> = {
    rtp: ["m=audio 30000 RTP/AVP 0"],
    srtp: [
        "m=audio 30000 RTP/SAVP 0",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
    ],
    "srtp-optional": [
        "m=audio 30000 RTP/AVP 0",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
    ],
    webrtc: [
        "m=audio 30000 UDP/TLS/RTP/SAVPF 0",
        "a=rtcp-mux",
        "a=ice-ufrag:fake",
        "a=ice-pwd:fakefakefakefakefakefake",
        "a=ice-options:trickle",
        `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "AB").join(":")}`,
        "a=setup:passive",
        "a=candidate:1 1 UDP 2130706431 192.0.2.1 30000 typ host",
    ],
};

function serverSays(kind: MediaTransport, direction: Direction): string {
    const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"];
    return [...head, ...BY_KIND[kind], `a=${direction}`, "a=rtpmap:0 PCMU/8000", ""].join("\r\n");
}
