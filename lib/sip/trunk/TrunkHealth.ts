import type { Clock } from "../../ports/Clock.ts";
import type { Log, LogFields } from "../../ports/Log.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import { leadingSecondsIn } from "../deltaSeconds.ts";
import type { IncomingResponse } from "../SipStack.ts";
import { parseUri } from "../sipHeaders.ts";
import type { SipTrunk, TrunkAddress } from "../SipTrunk.ts";
import { failureInWords } from "./trunkFault.ts";
import { type AddressHealth, AVAILABLE, type HealthEvent, stepHealth } from "./addressHealth.ts";
import { atEachAddress } from "./atEachAddress.ts";

export interface TrunkHealthParts {
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: Pick<Telemetry, "trunkAddress">;
    /** It is worth asking this address now, as a call found it silent or refusing, or it was never asked. Called synchronously. */
    readonly onDoubt: (address: SipTrunk) => void;
    /** A probe found that an available address became unavailable. Called synchronously. */
    readonly onDied?: (address: SipTrunk) => void;
}

/** What a placed call and a registration want of it. */
export type TrunkAvailability = Pick<TrunkHealth, "inOrder" | "responded">;

type Response = Pick<IncomingResponse, "status" | "headers">;

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
            this.#watched.set(keyOf(address), { address, health: AVAILABLE, stopRest: () => undefined });
            parts.telemetry.trunkAddress(address.name, address.domain, "up");
        }
    }

    /** The same addresses, those that take no calls last: all may be down, and down may be over. Either part keeps its order. */
    inOrder(addresses: readonly SipTrunk[]): readonly SipTrunk[] {
        const isUp = (address: SipTrunk): boolean =>
            (this.#watched.get(keyOf(address))?.health ?? AVAILABLE).kind === "alive";
        return [...addresses.filter(isUp), ...addresses.filter((address) => !isUp(address))];
    }

    /** A probe ended: by a response, also one the SIP server made, or without any if it could not be sent. */
    probed(address: SipTrunk, response: Response | undefined): void {
        const details = response === undefined ? { why: "not sent" } : whyOf(response);
        this.#happened(address, { kind: "probed", found: foundBy(response) }, details);
    }

    /**
     * A call or registration got this response from the address, or the SIP server's own response for silence and for no host
     * being there. Whatever else is said is a sign of life, of somebody who ignores OPTIONS too.
     */
    responded(address: SipTrunk, { status, headers }: Response): void {
        if (status !== 408 && status !== 503) return this.#answered(address);
        const seconds = Math.min(LONGEST_REST_S, leadingSecondsIn(headers.get("retry-after")) ?? 0);
        if (status === 503 && seconds > 0) return this.#rest(address, seconds);
        if (status === 408) this.#happened(address, { kind: "callUnanswered" }, {});
        this.#parts.onDoubt(address);
    }

    /** A request of this trunk came from an IP address: of several, it counts for the only one there, if that can be told. */
    calledFrom(trunk: string, host: string): void {
        const ofTrunk = [...this.#watched.values()].filter(({ address }) => address.name === trunk);
        const there = ofTrunk.filter(({ address }) => ofTrunk.length === 1 || hostOf(address) === host);
        const [only, ...others] = there;
        if (only !== undefined && others.length === 0) this.#happened(only.address, { kind: "called" }, {});
    }

    /** Ends all rests. */
    stop(): void {
        for (const { stopRest } of this.#watched.values()) stopRest();
    }

    /** One that was not found out yet is asked now: from its answer on, silence to OPTIONS means something. */
    #answered(address: SipTrunk): void {
        const before = this.#watched.get(keyOf(address))?.health;
        this.#happened(address, { kind: "answered" }, {});
        if (before?.kind === "alive" && before.probes === "unanswered") this.#parts.onDoubt(address);
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

    #happened(address: SipTrunk, event: HealthEvent, details: LogFields): void {
        const watched = this.#watched.get(keyOf(address));
        if (watched === undefined) return;
        const before = watched.health.kind;
        watched.health = stepHealth(watched.health, event);
        if (watched.health.kind === before) return;
        this.#tell(address, watched.health, details);
        if (watched.health.kind === "dead") this.#parts.onDied?.(address);
    }

    #tell({ name, domain }: SipTrunk, { kind }: AddressHealth, details: LogFields): void {
        const { log, telemetry } = this.#parts;
        const reason = kind === "alive" ? undefined : REASONS[kind];
        telemetry.trunkAddress(name, domain, kind === "alive" ? "up" : "down", reason);
        const where = { trunk: name, address: domain };
        switch (kind) {
            case "alive":
                return log.info("trunk address available", where);
            case "dead":
                return log.warn("trunk address unavailable: no response to OPTIONS, using it last", {
                    ...where,
                    ...details,
                });
            case "resting":
                return log.warn("trunk address unavailable: 503 with Retry-After, using it last", {
                    ...where,
                    ...details,
                });
        }
    }
}

const REASONS = { dead: "no response to OPTIONS", resting: "503 with Retry-After" } as const;

/** Any answer but 503 and 408 says that somebody is there: also a 404 or 405 does. */
function foundBy(response: Response | undefined): "alive" | "silent" | "dead" {
    if (response?.status === 408) return "silent";
    return response === undefined || response.status === 503 ? "dead" : "alive";
}

function whyOf(response: Response): LogFields {
    const why = failureInWords(response);
    return why === undefined ? { status: response.status } : { why };
}

function hostOf({ domain, nextHop }: TrunkAddress): string | undefined {
    return parseUri(nextHop ?? `sip:${domain}`)?.host?.replace(/^\[|\]$/g, "");
}

function keyOf({ name, domain }: SipTrunk): string {
    return `${name} ${domain}`;
}
