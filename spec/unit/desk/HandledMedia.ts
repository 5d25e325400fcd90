import type { EndCause, Sdp } from "../../../lib/call/vocabulary.ts";
import { CallFailure } from "../../../lib/ports/CallFailure.ts";
import type {
    MediaProxy,
    MediaRecord,
    MediaReport,
    MediaRequest,
    MediaSession,
} from "../../../lib/ports/MediaProxy.ts";

interface Question {
    readonly take: (sdp: Sdp) => void;
    readonly fail: (reason: Error) => void;
}

/** A media proxy each of whose answers the spec gives by hand, so that it decides what crosses what. */
export class HandledMedia implements MediaProxy {
    readonly asked: string[] = [];
    report: MediaReport = () => undefined;
    /** Whether changes of a session go to the other party. */
    forwards = false;
    readonly #waiting: Question[] = [];

    resume(request: MediaRequest, record: MediaRecord, report: MediaReport): MediaSession {
        this.asked.push(`resume ${record.server}`);
        return this.open(request, report);
    }

    open(_request: MediaRequest, report: MediaReport): MediaSession {
        this.report = report;
        return {
            offer: (sdp) => this.#ask(`offer ${sdp}`),
            answer: (sdp) => this.#ask(`answer ${sdp}`),
            proposeChange: async (side, sdp, peer) => {
                const answer = await this.#ask(`propose ${side} ${sdp} ${peer}`);
                if (this.forwards) return { kind: "forward", sdp: answer };
                return { kind: "answer", sdp: answer, hold: "talks" };
            },
            proposeHold: async (side, hold) => {
                const told = await this.#ask(`${hold} ${side}`);
                return this.forwards ? { kind: "forward", sdp: told } : { kind: "answer", sdp: told, hold };
            },
            completeChange: async (side, sdp) => {
                const answer = await this.#ask(`complete ${side} ${sdp ?? "in place"}`);
                return { kind: "answer", sdp: answer, hold: "holds" };
            },
            beginHandover: (side, stays) => this.#ask(`begin handover ${side} ${stays}`),
            completeHandover: async (side, sdp) => {
                await this.#ask(`complete handover ${side} ${sdp}`);
                return "talks";
            },
            cancelHandover: (side) => this.#note(`cancel handover ${side}`),
            addCandidates: (side, candidates) => this.#note(`candidates ${side} ${candidates.length}`),
            requestPicture: (side) => this.#note(`picture ${side}`),
            sendDigits: (side, digits) => this.#note(`digits ${side} ${digits}`),
            release: () => this.#note("release"),
            snapshot: () => ({ server: "media1", data: {} }),
        };
    }

    /** Answers the oldest question that waits. */
    give(sdp: Sdp): void {
        this.#next().take(sdp);
    }

    /** Fails the oldest question that waits. */
    fail(cause: EndCause): void {
        this.#next().fail(new CallFailure(cause, "as the spec wills"));
    }

    #next(): Question {
        const next = this.#waiting.shift();
        if (next === undefined) throw new Error(`nothing was asked; so far: ${this.asked.join(", ")}`);
        return next;
    }

    #note(what: string): Promise<void> {
        this.asked.push(what);
        return Promise.resolve();
    }

    #ask(what: string): Promise<Sdp> {
        this.asked.push(what);
        return new Promise((take, fail) => this.#waiting.push({ take, fail }));
    }
}
