import { callerOfGhost } from "./callers.ts";
import { FastHomeserver, type FastHomeserverPlan, type SentEvent } from "./FastHomeserver.ts";
import { webrtcAnswerTo } from "./webrtcAnswer.ts";

export interface StandInPlan extends FastHomeserverPlan {
    /** The local user all calls are for. Answers each immediately. */
    readonly callee: string;
}

/** Wall time in ms of the two moments of a call that this side sees, by the caller's number. */
export interface CallMoments {
    invited: number;
    answered: number;
}

/** A fast homeserver whose callee answers every call as soon as it comes. */
export class StandInHomeserver {
    readonly #plan: StandInPlan;
    readonly #moments = new Map<string, CallMoments[]>();
    #homeserver: FastHomeserver | undefined;

    private constructor(plan: StandInPlan) {
        this.#plan = plan;
    }

    static async start(plan: StandInPlan): Promise<StandInHomeserver> {
        const calls = new StandInHomeserver(plan);
        calls.#homeserver = await FastHomeserver.start(plan, {
            onEvent: (event) => calls.#answer(event),
            onRoomCreated: (room, creator) => {
                for (const user of [creator, plan.callee]) {
                    calls.#homeserver?.deliver(room, user, "m.room.member", { membership: "join" }, user);
                }
            },
        });
        return calls;
    }

    /** The moments of every call so far, by the caller's number, in order. */
    get moments(): ReadonlyMap<string, readonly CallMoments[]> {
        return this.#moments;
    }

    async stop(): Promise<void> {
        await this.#homeserver?.stop();
    }

    #answer({ room, sender, type, content, at }: SentEvent): void {
        if (type !== "m.call.invite") return;
        const caller = callerOfGhost(sender);
        const offer = content["offer"] as { readonly sdp: string };
        const moments = this.#moments.get(caller) ?? [];
        this.#moments.set(caller, moments);
        moments.push({ invited: at, answered: Date.now() });
        this.#homeserver?.deliver(room, this.#plan.callee, "m.call.answer", {
            call_id: content["call_id"],
            version: "1",
            party_id: "STANDIN",
            answer: { type: "answer", sdp: webrtcAnswerTo(offer.sdp) },
        });
    }
}
