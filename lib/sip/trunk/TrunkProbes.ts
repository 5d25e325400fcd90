import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { type IncomingResponse, SipSendError, type SipStack } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { atEachAddress } from "./atEachAddress.ts";
import { accountHeaders, ProbeCredentials, probeUri } from "./probeRequest.ts";
import type { TrunkHealth } from "./TrunkHealth.ts";

export interface TrunkProbesParts {
    readonly stack: SipStack;
    readonly clock: Clock;
    readonly log: Log;
    readonly userAgent: string;
    readonly health: Pick<TrunkHealth, "probed">;
    /** From 0 to 1, evenly spread. */
    readonly random: () => number;
}

type ProbeResult = IncomingResponse | "not sent" | "no SIP server";

interface Probed {
    readonly address: SipTrunk;
    readonly intervalMs: number;
    /** Between two probes, in line for the next, or waiting for its answer. */
    phase: "idle" | "queued" | "asking";
    /** Takes back the timer of the phase. */
    stopTimer: () => void;
}

/** The first probes come within this, in random order. */
const START_WITHIN_MS = 5_000;
/** Addresses probed at the same time, so that hundreds of trunks do not cause a burst. */
const MAX_ASKING = 20;
/** The SIP server responds 408 long before; this is for the case that it does not. */
const ANSWER_TIMEOUT_MS = 40_000;

/** Probes each address of the trunks that are configured so by OPTIONS (RFC 3261, section 11). */
export class TrunkProbes {
    readonly #parts: TrunkProbesParts;
    readonly #probed: readonly Probed[];
    readonly #queue: Probed[] = [];
    #asking = 0;
    #state: "new" | "running" | "stopped" = "new";

    constructor(trunks: readonly SipTrunk[], parts: TrunkProbesParts) {
        this.#parts = parts;
        this.#probed = trunks.flatMap(atEachAddress).flatMap((address) => {
            const { probeMs } = address;
            const idle = { phase: "idle", stopTimer: () => undefined } as const;
            return probeMs === undefined ? [] : [{ address, intervalMs: probeMs, ...idle }];
        });
    }

    start(): void {
        this.#state = "running";
        for (const probed of this.#probed) {
            this.#arm(probed, this.#parts.random() * Math.min(START_WITHIN_MS, probed.intervalMs));
        }
    }

    /** Probes this address before its turn, if it is probed at all and no probe is pending. */
    askNow({ name, domain }: SipTrunk): void {
        const probed = this.#probed.find(({ address }) => address.name === name && address.domain === domain);
        if (probed !== undefined && this.#state === "running") this.#enqueue(probed);
    }

    /** Probes every address of a trunk before its turn; false if none is probed. */
    askAll(trunk: string): boolean {
        const found = this.#probed.filter(({ address }) => address.name === trunk);
        for (const { address } of found) this.askNow(address);
        return found.length > 0;
    }

    /** No probe is sent any more, and no response handled. */
    stop(): void {
        this.#state = "stopped";
        this.#queue.length = 0;
        for (const { stopTimer } of this.#probed) stopTimer();
    }

    #arm(probed: Probed, ms: number): void {
        probed.stopTimer = this.#parts.clock.startTimer(ms, () => this.#enqueue(probed));
    }

    #enqueue(probed: Probed): void {
        if (probed.phase !== "idle") return;
        probed.stopTimer();
        probed.phase = "queued";
        this.#queue.push(probed);
        this.#askNext();
    }

    #askNext(): void {
        while (this.#asking < MAX_ASKING) {
            const probed = this.#queue.shift();
            if (probed === undefined) return;
            this.#ask(probed);
        }
    }

    #ask(probed: Probed): void {
        const { clock, health } = this.#parts;
        const { address } = probed;
        this.#asking += 1;
        probed.phase = "asking";
        const over = (found: ProbeResult): void => {
            if (probed.phase !== "asking" || this.#state === "stopped") return;
            probed.phase = "idle";
            probed.stopTimer();
            this.#arm(probed, probed.intervalMs * (0.9 + 0.2 * this.#parts.random()));
            this.#asking -= 1;
            // an unavailable SIP server of the bridge says nothing about the trunk
            if (found !== "no SIP server") health.probed(address, found === "not sent" ? undefined : found);
            this.#askNext();
        };
        probed.stopTimer = clock.startTimer(ANSWER_TIMEOUT_MS, () => over("not sent"));
        this.#send(address, new ProbeCredentials(address), over);
    }

    #send(address: SipTrunk, credentials: ProbeCredentials, over: (found: ProbeResult) => void): void {
        const { stack, log, userAgent } = this.#parts;
        const { domain, nextHop, answerMs } = address;
        stack
            .send(
                {
                    method: "OPTIONS",
                    uri: probeUri(address),
                    ...(nextHop !== undefined && { nextHop }),
                    ...(answerMs !== undefined && { answerMs }),
                    headers: { ...accountHeaders(address), Accept: "application/sdp", "User-Agent": userAgent },
                    headerLines: credentials.lines,
                },
                {
                    onResponse: (response) => {
                        if (response.status < 200 || this.#state === "stopped") return;
                        if (credentials.answers(response)) return this.#send(address, credentials, over);
                        over(response);
                    },
                },
            )
            .catch((error: unknown) => {
                log.debug("OPTIONS not sent", { trunk: address.name, address: domain, error });
                over(error instanceof SipSendError && error.code === "disconnected" ? "no SIP server" : "not sent");
            });
    }
}
