import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import type { IncomingResponse } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { type AddressHealth, ALIVE, type HealthEvent, stepHealth } from "./addressHealth.ts";
import { atEachAddress } from "./atEachAddress.ts";

export interface TrunkHealthParts {
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: Pick<Telemetry, "trunkAddress">;
    /** A call found this address silent or refusing: it is worth asking now whether it is there. Called synchronously. */
    readonly onDoubt: (address: SipTrunk) => void;
    /** A probe found nobody where there was somebody. Called synchronously. */
    readonly onDied?: (address: SipTrunk) => void;
}

/** What a placed call wants of it. */
export type TrunkOutlook = Pick<TrunkHealth, "inOrder" | "callFailed">;

interface Watched {
    readonly address: SipTrunk;
    health: AddressHealth;
    stopRest: () => void;
}

/** The longest rest that is granted, whatever a trunk asks for. */
const LONGEST_REST_S = 600;

/**
 * Which addresses of trunks take calls at present, by what probes (TrunkProbes) and calls found. An address is meant as
 * `atEachAddress` gives it. Tells the operator of each change.
 */
export class TrunkHealth {
    readonly #parts: TrunkHealthParts;
    readonly #watched = new Map<string, Watched>();

    constructor(trunks: readonly SipTrunk[], parts: TrunkHealthParts) {
        this.#parts = parts;
        for (const address of trunks.flatMap(atEachAddress)) {
            this.#watched.set(keyOf(address), { address, health: ALIVE, stopRest: () => undefined });
            parts.telemetry.trunkAddress(address.name, address.domain, "up");
        }
    }

    /** The same addresses, those that take no calls last: all may be down, and down may be over. Either part keeps its order. */
    inOrder(addresses: readonly SipTrunk[]): readonly SipTrunk[] {
        const isUp = (address: SipTrunk): boolean =>
            (this.#watched.get(keyOf(address))?.health ?? ALIVE).kind === "alive";
        return [...addresses.filter(isUp), ...addresses.filter((address) => !isUp(address))];
    }

    /** A probe was answered or not; `status` if by a response. */
    probed(address: SipTrunk, found: "alive" | "dead", status?: number): void {
        this.#happened(address, { kind: "probed", found }, { status: status ?? "not sent" });
    }

    /** An INVITE to the address was refused by this response, or by the SIP server's own word for silence. */
    callFailed(address: SipTrunk, { status, headers }: Pick<IncomingResponse, "status" | "headers">): void {
        if (status !== 408 && status !== 503) return;
        const seconds = Math.min(LONGEST_REST_S, secondsIn(headers.get("retry-after")));
        if (status === 503 && seconds > 0) return this.#rest(address, seconds);
        this.#parts.onDoubt(address);
    }

    /** Ends all rests. */
    stop(): void {
        for (const { stopRest } of this.#watched.values()) stopRest();
    }

    #rest(address: SipTrunk, seconds: number): void {
        const watched = this.#watched.get(keyOf(address));
        if (watched === undefined) return;
        watched.stopRest();
        watched.stopRest = this.#parts.clock.startTimer(seconds * 1_000, () => {
            this.#happened(address, { kind: "rested" }, {});
        });
        this.#happened(address, { kind: "askedForRest" }, { seconds });
    }

    #happened(address: SipTrunk, event: HealthEvent, details: Readonly<Record<string, unknown>>): void {
        const watched = this.#watched.get(keyOf(address));
        if (watched === undefined) return;
        const before = watched.health.kind;
        watched.health = stepHealth(watched.health, event);
        if (watched.health.kind === before) return;
        this.#tell(address, watched.health, details);
        if (watched.health.kind === "dead") this.#parts.onDied?.(address);
    }

    #tell({ name, domain }: SipTrunk, { kind }: AddressHealth, details: Readonly<Record<string, unknown>>): void {
        const { log, telemetry } = this.#parts;
        telemetry.trunkAddress(name, domain, kind === "alive" ? "up" : "down");
        const where = { trunk: name, address: domain };
        switch (kind) {
            case "alive":
                return log.info("trunk address takes calls again", where);
            case "dead":
                return log.warn("trunk address does not answer OPTIONS: it is tried last", { ...where, ...details });
            case "resting":
                return log.warn("trunk address wants no calls for a while: it is tried last", { ...where, ...details });
        }
    }
}

function keyOf({ name, domain }: SipTrunk): string {
    return `${name} ${domain}`;
}

/** Retry-After may go on with a comment and a duration. */
function secondsIn(retryAfter: string | undefined): number {
    return Number(/^\s*([0-9]{1,10})/.exec(retryAfter ?? "")?.[1] ?? 0);
}
