import { otherSide, type Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import { audioPacketsByTag, localAddressesIn, packetsByTag, qualityByTag, type StreamQuality } from "./callReport.ts";
import { LINKED, withFlags } from "./linkFlags.ts";
import { NgFailure } from "./NgFailure.ts";
import type { NgCommand, NgDictionary } from "./ngProtocol.ts";
import { answerDictionary, type Exchange, offerDictionary } from "./exchanges.ts";
import { type EngineNetworks, networksOf } from "./mediaProfiles.ts";
import type { Rtpengine } from "./Rtpengine.ts";
import { parseDescription, writeDescription, type SessionDescription } from "../sdp/sessionDescription.ts";

/** How long a digit that the bridge sends lasts, and the pause after it, in ms (ETSI ES 201 235-2, section 4.2.4: at least 65). */
const DIGIT_MS = 120;
const PAUSE_MS = 100;

/** How often a file is played: longer than any call lasts. */
const ENDLESS = 1_000_000;

/** What an engine counted for each party until the end of a call. `packets` is undefined if it does not know the party. */
export type EngineReport = Readonly<Record<Side, StreamQuality & { readonly packets: number | undefined }>>;

/**
 * One call on one engine, in the engine's words: the sides are its tags. Every method rejects with a `CallFailure`:
 * `serviceUnavailable` if the engine does not answer or takes no call, `mediaLost` if it does not know this one,
 * `noCommonMedia` if it cannot do as asked.
 */
export class EngineCall {
    readonly engine: Rtpengine;
    /** The call-id at the engine. */
    readonly name: string;
    /** The sides that other calls have, in place of a party. */
    readonly #linked = new Set<Side>();
    readonly #networks: EngineNetworks | undefined;

    constructor(engine: Rtpengine, name: string, networks?: EngineNetworks) {
        this.engine = engine;
        this.name = name;
        this.#networks = networks;
    }

    /** The first offer, of a party whose peer has not spoken yet. */
    offerFirst(exchange: Exchange): Promise<SessionDescription> {
        // rtpengine 10.5 makes a branch of its own for a tag it has not heard of, and leaves it uninitialised
        return this.#describe("offer", exchange, {
            ...offerDictionary(exchange),
            ...networksOf(exchange.passage, this.#networks),
            "from-tag": exchange.by,
        });
    }

    /** A further offer, once both have spoken. */
    offerAgain(exchange: Exchange): Promise<SessionDescription> {
        const { by } = exchange;
        return this.#describe("offer", exchange, {
            ...offerDictionary(exchange),
            "from-tag": by,
            "to-tag": otherSide(by),
        });
    }

    answer(exchange: Exchange): Promise<SessionDescription> {
        const { by } = exchange;
        return this.#describe("answer", exchange, {
            ...answerDictionary(exchange),
            "from-tag": otherSide(by),
            "to-tag": by,
        });
    }

    /** From now on another call has this side. */
    link(side: Side): void {
        this.#linked.add(side);
    }

    /** Whether a side is sent what the other one says. Left to itself the engine sends it, whatever the directions are. */
    async sendSoundTo(side: Side, isWanted: boolean): Promise<void> {
        await this.#ask(isWanted ? "unblock media" : "block media", { "from-tag": otherSide(side) });
    }

    /**
     * Plays a file on rtpengine's machine to this side, again and again. It is sent in addition to what the other side says, unless
     * that is blocked.
     */
    async playTo(side: Side, file: string): Promise<void> {
        await this.#ask("play media", { "from-tag": side, file, "repeat-times": ENDLESS });
    }

    /** Has no effect if nothing is played. */
    async stopPlayingTo(side: Side): Promise<void> {
        await this.#ask("stop media", { "from-tag": side });
    }

    /**
     * Sends the other party a digit as if this side had pressed the key. rtpengine queues it. It has no effect, and the reply
     * is the same, unless the last exchange had the flag `inject DTMF` and the side sends media.
     */
    async pressKey(side: Side, digit: string): Promise<void> {
        await this.#ask("play DTMF", { "from-tag": side, code: digit, duration: DIGIT_MS, pause: PAUSE_MS });
    }

    /** Whether the other party is sent the digits that this side sends as RTP events. Those that are not sent are reported as well. */
    async passDigitsOf(side: Side, isWanted: boolean): Promise<void> {
        await this.#ask(isWanted ? "unblock DTMF" : "block DTMF", { "from-tag": side });
    }

    /** How many packets came in from each side so far. */
    async countPackets(): Promise<Readonly<Record<Side, number>>> {
        const packets = packetsByTag(await this.#ask("query", {}));
        return { origin: packets.get("origin") ?? 0, target: packets.get("target") ?? 0 };
    }

    /** Frees its ports immediately. */
    async delete(): Promise<void> {
        await this.#ask("delete", { "delete delay": 0 });
    }

    /** Frees the ports of a call of two parties, and resolves to its statistics. */
    async deleteAndReport(): Promise<EngineReport> {
        // only a request that names a party is answered with statistics
        const reply = await this.#ask("delete", { "from-tag": "origin", "delete delay": 0 });
        const [packets, quality] = [audioPacketsByTag(reply), qualityByTag(reply)];
        const ofSide = (side: Side): EngineReport[Side] => ({ packets: packets.get(side), ...quality.get(side) });
        return { origin: ofSide("origin"), target: ofSide("target") };
    }

    /**
     * Where rtpengine itself receives on each of its ports, which differs from its descriptions if it announces another address.
     * A version that does not report it is left out.
     */
    async localAddresses(): Promise<ReadonlyMap<number, string>> {
        return localAddressesIn(await this.#ask("query", {}));
    }

    async #describe(
        command: "offer" | "answer",
        { by, description, flags = [] }: Exchange,
        dictionary: NgDictionary,
    ): Promise<SessionDescription> {
        const flagged = withFlags(dictionary, this.#linked.has(by) ? [...LINKED, ...flags] : flags);
        const reply = await this.#ask(command, { ...flagged, sdp: writeDescription(description) });
        const said = typeof reply["sdp"] === "string" ? parseDescription(reply["sdp"]) : undefined;
        if (said === undefined) throw new CallFailure("serviceUnavailable", "rtpengine's reply holds no description");
        return said;
    }

    async #ask(command: NgCommand, dictionary: NgDictionary): Promise<Readonly<Record<string, unknown>>> {
        try {
            return await this.engine.request(command, { "call-id": this.name, ...dictionary });
        } catch (error) {
            throw error instanceof NgFailure ? callFailure(error, command) : error;
        }
    }
}

function callFailure(failure: NgFailure, command: NgCommand): CallFailure {
    const message = `rtpengine, ${command}: ${failure.message}`;
    if (failure.kind !== "refused" || failure.meansExhausted)
        return new CallFailure("serviceUnavailable", message, { cause: failure });
    return new CallFailure(failure.meansUnknownCall ? "mediaLost" : "noCommonMedia", message, { cause: failure });
}
