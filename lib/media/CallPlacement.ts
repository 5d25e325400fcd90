import { CallFailure } from "../ports/CallFailure.ts";
import type { Log } from "../ports/Log.ts";
import type { MediaRequest } from "../ports/MediaProxy.ts";
import type { DigitReports } from "./digits/DigitReports.ts";
import type { SessionDescription } from "../sdp/sessionDescription.ts";
import type { ResumedSession } from "./MediaSessionParts.ts";
import type { Exchange } from "./exchanges.ts";
import { engineNames, PlacedCall, type PlacedCallParts } from "./PlacedCall.ts";
import type { EngineChange, Rtpengine } from "./Rtpengine.ts";
import type { RtpenginePool } from "./RtpenginePool.ts";

/** A call that an rtpengine accepted, and the description that it made of the offer. */
export interface Placed {
    readonly call: PlacedCall;
    readonly said: SessionDescription;
}

export interface PlacementParts extends Omit<PlacedCallParts, "engine"> {
    readonly pool: RtpenginePool;
    readonly log: Log;
    /** Left out if no rtpengine reports digits. */
    readonly digitReports: DigitReports | undefined;
    readonly onEngineChange: (change: EngineChange) => void;
    /** The splitter of a resumed call with video cannot be opened again. */
    readonly onSplitterLost: () => void;
}

/** Where the call of a media session is: nowhere, on the rtpengine it is offered to, or on the one that accepted it. */
type Place = { readonly kind: "none" } | Taken;

interface Taken {
    readonly kind: "offering" | "accepted";
    readonly call: PlacedCall;
    readonly stopWatching: () => void;
}

const NOWHERE: Place = { kind: "none" };

/**
 * Places the call of one media session on an rtpengine and frees it there. The session calls `offer` once, and `release` when
 * `offer` is not under way.
 */
export class CallPlacement {
    readonly #parts: PlacementParts;
    #place: Place = NOWHERE;

    constructor(parts: PlacementParts) {
        this.#parts = parts;
    }

    /** Offers to one rtpengine after the other until one accepts the call. @throws CallFailure */
    async offer(exchange: Exchange): Promise<Placed> {
        const { pool, log } = this.#parts;
        const tried = new Set<Rtpengine>();
        for (let engine = pool.pick(); engine !== undefined; engine = pool.pick(tried)) {
            tried.add(engine);
            const taken = this.#take(engine);
            const { call } = taken;
            try {
                const said = await call.offerFirst(exchange);
                this.#place = { ...taken, kind: "accepted" };
                return { call, said };
            } catch (error) {
                void this.release();
                if (!(error instanceof CallFailure) || error.endCause !== "serviceUnavailable") throw error;
                log.info("rtpengine passed over", { rtpengine: engine.name, error: error.message });
            }
        }
        throw new CallFailure("serviceUnavailable", "no rtpengine takes the call");
    }

    /** Goes on with a call that an earlier run of the bridge placed. */
    adopt({ engine, kept: { linked, split } }: ResumedSession): PlacedCall {
        const taken = this.#take(engine);
        this.#place = { ...taken, kind: "accepted" };
        const { call } = taken;
        if (split !== undefined) call.resumeSplit(split, this.#parts.onSplitterLost);
        for (const side of linked) call.link(side);
        return call;
    }

    /** Frees the call's ports, if it has any, by `remove` or by a plain delete. Never rejects. */
    async release(remove = (call: PlacedCall): Promise<void> => call.delete()): Promise<void> {
        const place = this.#place;
        if (place.kind === "none") return;
        this.#place = NOWHERE;
        const { call, kind, stopWatching } = place;
        stopWatching();
        call.engine.removeCall(kind === "accepted" ? "ended" : "failed");
        try {
            await remove(call);
        } catch (error) {
            // without packets the engine ends the call by itself
            this.#parts.log.warn("rtpengine session not deleted", {
                rtpengine: call.engine.name,
                error: String(error),
            });
        }
    }

    #take(engine: Rtpengine): Taken {
        engine.addCall();
        const { onEngineChange, digitReports, name } = this.#parts;
        const call = new PlacedCall({ ...this.#parts, engine });
        const stops = engineNames(name).map((each) =>
            digitReports?.listen(each, (side, digit) => call.digitReported(each, side, digit)),
        );
        stops.push(engine.watch(onEngineChange));
        const stopWatching = (): void => {
            for (const stop of stops) stop?.();
        };
        const taken: Taken = { kind: "offering", call, stopWatching };
        this.#place = taken;
        return taken;
    }
}

/** What the call is called at the engine: each called leg has a session of its own. */
export function sessionName({ callId, leg }: Pick<MediaRequest, "callId" | "leg">): string {
    return leg === undefined ? callId : `${callId}-${leg}`;
}
