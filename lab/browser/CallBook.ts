import { CallEvent } from "matrix-js-sdk/lib/webrtc/call";
import type { MatrixCall } from "matrix-js-sdk/lib/webrtc/call";
import type { Picture } from "../picture/pattern.ts";
import { Ear } from "./Ear.ts";
import { Eye } from "./Eye.ts";
import type { ClientCall, ClientCallState } from "./LabPage.ts";

interface Entry {
    readonly call: MatrixCall;
    readonly history: { state: ClientCallState; at: number }[];
    ear: { readonly stream: MediaStream; readonly ear: Ear } | undefined;
    eye: { readonly track: MediaStreamTrack; readonly eye: Eye } | undefined;
}

/** Every call of this device, also those that ended. */
export class CallBook {
    readonly #entries = new Map<string, Entry>();

    add(call: MatrixCall): void {
        const entry: Entry = { call, history: [{ state: call.state, at: Date.now() }], ear: undefined, eye: undefined };
        this.#entries.set(call.callId, entry);
        call.on(CallEvent.State, (state) => entry.history.push({ state, at: Date.now() }));
    }

    call(callId: string): MatrixCall {
        return this.#entry(callId).call;
    }

    list(): ClientCall[] {
        return [...this.#entries.values()].map(({ call, history }) => describe(call, history));
    }

    heardHz(callId: string): number | null {
        const entry = this.#entry(callId);
        const stream = entry.call.remoteUsermediaStream;
        if (stream === undefined) return null;
        // A renegotiation may bring a new stream.
        if (entry.ear?.stream !== stream) entry.ear = { stream, ear: new Ear(stream) };
        return entry.ear.ear.heardHz();
    }

    look(callId: string): Picture | null {
        const entry = this.#entry(callId);
        const track = entry.call.remoteUsermediaStream?.getVideoTracks()[0];
        if (track === undefined) return null;
        if (entry.eye?.track !== track) entry.eye = { track, eye: new Eye(new MediaStream([track])) };
        return entry.eye.eye.look();
    }

    #entry(callId: string): Entry {
        const entry = this.#entries.get(callId);
        if (entry === undefined) throw new Error(`this device knows no call ${callId}`);
        return entry;
    }
}

function describe(call: MatrixCall, history: Entry["history"]): ClientCall {
    const opponent = call.getOpponentMember();
    return {
        callId: call.callId,
        roomId: call.roomId,
        direction: call.direction === "inbound" ? "inbound" : "outbound",
        state: call.state,
        history: [...history],
        opponent: opponent === undefined ? null : { userId: opponent.userId, name: opponent.name },
        endReason: call.hangupReason ?? null,
    };
}
