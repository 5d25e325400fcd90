import { randomBytes } from "node:crypto";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import { answerChallenge } from "../digest/answerChallenge.ts";
import { newCnonce } from "../digest/newCnonce.ts";
import { DigestClient } from "../digest/DigestClient.ts";
import { type HeaderFields, type HeaderLine, type IncomingResponse, SipSendError, type SipStack } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { atEachAddress } from "../trunk/atEachAddress.ts";
import type { TrunkAvailability } from "../trunk/TrunkHealth.ts";
import { faultText } from "./faultText.ts";
import { contactUserOf, registerHeaders, registrarAt } from "./composeRegister.ts";
import { meaningOfRegister } from "./meaningOfRegister.ts";
import { RegistrarAddresses } from "./RegistrarAddresses.ts";
import { RegistrationLog } from "./RegistrationLog.ts";
import {
    type RegistrationEvent,
    type RegistrationOrder,
    type RegistrationState,
    type RegistrationTarget,
    registrationStart,
    stepRegistration,
} from "./registrationState.ts";

export interface RegistrationParts {
    readonly stack: SipStack;
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: Pick<Telemetry, "trunkRegistered">;
    readonly userAgent: string;
    /** Which addresses are worth trying first; left out, it is the operator's order. */
    readonly availability?: TrunkAvailability;
    /** From 0 to 1, evenly spread. */
    readonly random: () => number;
}

/** A trunk whose registrar we register with. */
export type RegisteringTrunk = SipTrunk & Required<Pick<SipTrunk, "register">>;

/** One REGISTER and its repetitions with credentials. */
interface Attempt {
    readonly address: SipTrunk;
    readonly seconds: number;
    readonly authorization: readonly HeaderLine[];
    readonly repeats: number;
}

/** A proxy and the registrar may challenge each, and either nonce may be stale. */
const MAX_REPEATS = 4;
/** The SIP server tells 408 after 32 s; this is for the case that it does not. */
const ANSWER_TIMEOUT_MS = 40_000;
/** The last address of a round has longer than `answerMs`: that a registrar is slow is no reason to have none. */
const LAST_ANSWER_MS = 10_000;
/** Shortest time between two registrations that are made because a connection was lost. */
const SHORTEST_RENEWAL_MS = 5_000;

/**
 * Keeps one trunk registered with its registrar, for as long as the bridge runs (RFC 3261, section 10.2). Where it has
 * several addresses, each refresh begins with the preferred one, so that it comes back there by itself. The contact is not
 * removed from an address that is left: registrars behind several addresses may be one.
 */
export class TrunkRegistration {
    readonly trunk: RegisteringTrunk;
    /** The user part of our Contact, by which the trunk's calls are recognised. It cannot be guessed, and restarts keep it. */
    readonly contactUser: string;
    readonly #parts: RegistrationParts;
    readonly #digest: DigestClient | undefined;
    readonly #callId = randomBytes(16).toString("hex");
    #sequence = 0;
    #state: RegistrationState;
    #attempt: Attempt | undefined;
    readonly #addresses: readonly [SipTrunk, ...SipTrunk[]];
    /** The address of the last attempt, and those left to try in its round. */
    #address: SipTrunk;
    #others: readonly SipTrunk[] = [];
    /** The address that took our last REGISTER. */
    #holder: SipTrunk | undefined;
    readonly #acceptedBy: RegistrarAddresses;
    /** As the SIP server wrote it in our last REGISTER. */
    #contact: string | undefined;
    /** When it was last made again because its connection was lost. */
    #renewedAt = Number.NEGATIVE_INFINITY;
    #stopRenewal = (): void => undefined;
    #stopTimer = (): void => undefined;
    #stopWaiting = (): void => undefined;
    readonly #news: RegistrationLog;
    #onStopped = (): void => undefined;

    constructor(trunk: RegisteringTrunk, parts: RegistrationParts) {
        this.trunk = trunk;
        this.contactUser = contactUserOf(trunk);
        this.#parts = parts;
        this.#acceptedBy = new RegistrarAddresses(parts.clock);
        this.#news = new RegistrationLog(trunk.name, parts.log);
        this.#addresses = atEachAddress(trunk);
        this.#address = this.#addresses[0];
        const { credentials } = trunk;
        this.#digest = credentials && new DigestClient(credentials, newCnonce);
        this.#state = registrationStart(trunk.register.seconds);
        parts.telemetry.trunkRegistered(trunk.name, "down");
    }

    get phase(): RegistrationState["phase"] {
        return this.#state.phase;
    }

    /** Whether the trunk is registered at this IP address: it accepted the REGISTER, and the time that it granted is not over. */
    isAt(address: string): boolean {
        return this.#acceptedBy.has(address);
    }

    /** A SIP server is available, the first or another one: registers immediately. */
    serverUp(): void {
        this.#happened({ kind: "serverUp" });
    }

    serverLost(): void {
        this.#happened({ kind: "serverLost" });
    }

    /** An address of the trunk became unavailable: if it holds the registration, registers again immediately. */
    addressDied({ domain }: SipTrunk): void {
        if (domain === this.#holder?.domain) this.#happened({ kind: "holderDied" });
    }

    /**
     * The connection of a registration is closed. The registrar forgets our contact with it (RFC 5626, section 4.5), so the
     * bridge registers again: immediately, but not more often than every few seconds if the registrar closes each connection.
     */
    connectionLost(callId: string): void {
        if (callId !== this.#callId) return;
        const now = this.#parts.clock.monotonic();
        const wait = Math.max(0, this.#renewedAt + SHORTEST_RENEWAL_MS - now);
        this.#renewedAt = now + wait;
        this.#stopRenewal();
        if (wait === 0) return this.#happened({ kind: "holderDied" });
        this.#stopRenewal = this.#parts.clock.startTimer(wait, () => this.#happened({ kind: "holderDied" }));
    }

    /** Removes the registration. Resolves when that is done or `withinMs` have passed; never rejects. Call once. */
    stop(withinMs: number): Promise<void> {
        this.#stopRenewal();
        return new Promise((resolve) => {
            const cancel = this.#parts.clock.startTimer(withinMs, () => {
                this.#stopWaiting();
                resolve();
            });
            this.#onStopped = () => {
                cancel();
                resolve();
            };
            this.#happened({ kind: "stop" });
        });
    }

    #happened(event: RegistrationEvent): void {
        const step = stepRegistration(this.#state, event, this.#parts.random());
        this.#state = step.state;
        const timer = step.orders.find((order) => order.kind === "startTimer");
        const nextAt = timer === undefined ? undefined : this.#parts.clock.now() + timer.ms;
        for (const order of step.orders) this.#carryOut(order, nextAt);
    }

    /** @param nextAt when the next request is sent, in ms since the Unix epoch */
    #carryOut(order: RegistrationOrder, nextAt: number | undefined): void {
        switch (order.kind) {
            case "sendRegister":
                // the credentials may be tried again, also if they were refused the last time
                this.#digest?.accepted();
                this.#goTo(order.to);
                return this.#send({ address: this.#address, seconds: order.seconds, authorization: [], repeats: 0 });
            case "startTimer":
                this.#stopTimer = this.#parts.clock.startTimer(order.ms, () => this.#happened({ kind: "timerFired" }));
                return;
            case "stopTimer":
                return this.#stopTimer();
            case "reportUp":
                this.#holder = this.#address;
                this.#parts.telemetry.trunkRegistered(this.trunk.name, "up");
                return this.#news.registered(this.#address.domain, order.seconds);
            case "reportPassedOver":
                return this.#news.passedOver(this.#address.domain, order.why);
            case "reportDown":
                // a registrar that rejects the account has no registration of it any more
                if (order.why.kind === "refused") this.#acceptedBy.clear();
                this.#parts.telemetry.trunkRegistered(this.trunk.name, "down", faultText(order.why, nextAt));
                return this.#news.down(order.why);
            case "reportStopped":
                this.#stopWaiting();
                this.#acceptedBy.clear();
                this.#parts.telemetry.trunkRegistered(this.trunk.name, "down");
                return this.#onStopped();
        }
    }

    #goTo(target: RegistrationTarget): void {
        switch (target) {
            case "preferred": {
                const [first, ...others] = this.#parts.availability?.inOrder(this.#addresses) ?? this.#addresses;
                this.#address = first ?? this.#address;
                this.#others = others;
                return;
            }
            case "next": {
                const [next, ...others] = this.#others;
                this.#address = next ?? this.#address;
                this.#others = others;
                return;
            }
            case "holder":
                this.#address = this.#holder ?? this.#address;
                return;
            case "same":
        }
    }

    #send(attempt: Attempt): void {
        this.#attempt = attempt;
        this.#stopWaiting();
        const fail = (error: unknown): void => {
            if (this.#attempt !== attempt) return;
            this.#parts.log.debug("REGISTER not sent", { trunk: this.trunk.name, error });
            const isServerAway = error instanceof SipSendError && error.code === "disconnected";
            this.#happened({ kind: "failed", ...(!isServerAway && this.#elsewhere()) });
        };
        this.#stopWaiting = this.#parts.clock.startTimer(ANSWER_TIMEOUT_MS, () => fail(new Error("no answer")));
        const { nextHop } = attempt.address;
        this.#parts.stack
            .send(
                {
                    method: "REGISTER",
                    uri: registrarAt(attempt.address),
                    ...(nextHop !== undefined && { nextHop }),
                    ...this.#timeout(attempt.address),
                    headers: this.#headers(attempt),
                    headerLines: attempt.authorization,
                },
                { onResponse: (response) => this.#respondedTo(attempt, response) },
            )
            .then(({ headers }) => (this.#contact = headers.get("contact")))
            .catch(fail);
    }

    #timeout({ answerMs }: SipTrunk): { readonly answerMs?: number } {
        if (answerMs === undefined) return {};
        return { answerMs: this.#others.length > 0 ? answerMs : Math.max(answerMs, LAST_ANSWER_MS) };
    }

    #elsewhere(): { readonly elsewhere?: true } {
        return this.#others.length > 0 ? { elsewhere: true } : {};
    }

    #headers({ address, seconds }: Attempt): HeaderFields {
        const { contactUser } = this;
        const { userAgent } = this.#parts;
        const sequence = ++this.#sequence;
        return registerHeaders({ address, contactUser, callId: this.#callId, sequence, seconds, userAgent });
    }

    #respondedTo(attempt: Attempt, response: IncomingResponse): void {
        // what was overtaken, by a lost server or the end, has no say any more
        if (this.#attempt !== attempt || response.status < 200) return;
        const authorization = this.#authorizationFor(attempt, response);
        if (authorization !== undefined) {
            return this.#send({ ...attempt, authorization, repeats: attempt.repeats + 1 });
        }
        this.#attempt = undefined;
        this.#stopWaiting();
        this.#parts.availability?.responded(attempt.address, response);
        const { contactUser } = this;
        const others = this.#others.length > 0 ? "left" : "none";
        const asked = { seconds: attempt.seconds, contactUser, contact: this.#contact, others } as const;
        const meaning = meaningOfRegister(response, asked);
        if (meaning.kind === "granted" && response.peer !== undefined) {
            this.#acceptedBy.accepted(response.peer.address, meaning.seconds);
        }
        this.#happened(meaning);
    }

    #authorizationFor(attempt: Attempt, response: IncomingResponse): readonly HeaderLine[] | undefined {
        if (attempt.repeats >= MAX_REPEATS) return undefined;
        return answerChallenge(this.#digest, response, {
            method: "REGISTER",
            uri: registrarAt(attempt.address),
            body: "",
        });
    }
}
