import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import { answerChallenge } from "../answerChallenge.ts";
import { DigestClient } from "../digest.ts";
import { parseNameAddress, parseUri, splitValues } from "../sipHeaders.ts";
import type { HeaderFields, IncomingResponse, SipStack } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import {
    type RegistrationEvent,
    type RegistrationFault,
    type RegistrationOrder,
    type RegistrationState,
    registrationStart,
    stepRegistration,
} from "./registrationState.ts";

export interface RegistrationParts {
    readonly stack: SipStack;
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: Pick<Telemetry, "trunkRegistered">;
    readonly userAgent: string;
    /** From 0 to 1, evenly spread. */
    readonly random: () => number;
}

/** A trunk whose registrar we register with. */
export type RegisteringTrunk = SipTrunk & Required<Pick<SipTrunk, "register">>;

/** One REGISTER and its repetitions with credentials. */
interface Attempt {
    readonly seconds: number;
    readonly authorization: HeaderFields;
    readonly repeats: number;
}

/** A proxy and the registrar may challenge each, and either nonce may be stale. */
const MAX_REPEATS = 4;
/** The SIP server tells 408 after 32 s; this is for the case that it does not. */
const ANSWER_TIMEOUT_MS = 40_000;
/** What does not mend by itself, but by the operator. 401 and 407 come here once credentials were tried. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 416, 420, 604]);

/** Keeps one trunk registered with its registrar, for as long as the bridge runs (RFC 3261, section 10.2). */
export class TrunkRegistration {
    readonly trunk: RegisteringTrunk;
    /** The user part of our Contact, by which the trunk's calls are known. Nobody else can guess it, and restarts keep it. */
    readonly contactUser: string;
    readonly #parts: RegistrationParts;
    readonly #digest: DigestClient | undefined;
    readonly #callId = randomBytes(16).toString("hex");
    #sequence = 0;
    #state: RegistrationState;
    #attempt: Attempt | undefined;
    #stopTimer = (): void => undefined;
    #stopWaiting = (): void => undefined;
    /** What the operator was told last. */
    #told = "";
    #onStopped = (): void => undefined;

    constructor(trunk: RegisteringTrunk, parts: RegistrationParts) {
        this.trunk = trunk;
        this.contactUser = contactUserOf(trunk);
        this.#parts = parts;
        const { credentials } = trunk;
        this.#digest = credentials && new DigestClient(credentials, () => randomBytes(16).toString("hex"));
        this.#state = registrationStart(trunk.register.seconds);
        parts.telemetry.trunkRegistered(trunk.name, "down");
    }

    get phase(): RegistrationState["phase"] {
        return this.#state.phase;
    }

    /** There is a SIP server, the first or another one: registers at once. */
    serverUp(): void {
        this.#happened({ kind: "serverUp" });
    }

    serverLost(): void {
        this.#happened({ kind: "serverLost" });
    }

    /** Removes the registration. Resolves when that is done or `withinMs` have passed; never rejects. Call once. */
    stop(withinMs: number): Promise<void> {
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
        for (const order of step.orders) this.#carryOut(order);
    }

    #carryOut(order: RegistrationOrder): void {
        switch (order.kind) {
            case "sendRegister":
                // the credentials may be tried again, also if they were refused the last time
                this.#digest?.accepted();
                return this.#send({ seconds: order.seconds, authorization: {}, repeats: 0 });
            case "startTimer":
                this.#stopTimer = this.#parts.clock.startTimer(order.ms, () => this.#happened({ kind: "timerFired" }));
                return;
            case "stopTimer":
                return this.#stopTimer();
            case "reportUp":
                this.#parts.telemetry.trunkRegistered(this.trunk.name, "up");
                return this.#tell("registered", { seconds: order.seconds });
            case "reportDown":
                this.#parts.telemetry.trunkRegistered(this.trunk.name, "down");
                return this.#tellFault(order.why);
            case "reportStopped":
                this.#stopWaiting();
                this.#parts.telemetry.trunkRegistered(this.trunk.name, "down");
                return this.#onStopped();
        }
    }

    #send(attempt: Attempt): void {
        this.#attempt = attempt;
        this.#stopWaiting();
        const fail = (error: unknown): void => {
            if (this.#attempt !== attempt) return;
            this.#parts.log.debug("REGISTER not sent", { trunk: this.trunk.name, error });
            this.#happened({ kind: "failed" });
        };
        this.#stopWaiting = this.#parts.clock.startTimer(ANSWER_TIMEOUT_MS, () => fail(new Error("no answer")));
        const { nextHop } = this.trunk;
        this.#parts.stack
            .send(
                {
                    method: "REGISTER",
                    uri: this.#registrar,
                    ...(nextHop !== undefined && { nextHop }),
                    headers: { ...this.#headers(attempt.seconds), ...attempt.authorization },
                },
                { onResponse: (response) => this.#respondedTo(attempt, response) },
            )
            .catch(fail);
    }

    get #registrar(): string {
        return `${this.trunk.scheme}:${this.trunk.domain}`;
    }

    /** RFC 3261, section 10.2: every REGISTER to a registrar has one Call-ID and a CSeq of its own. */
    #headers(seconds: number): HeaderFields {
        const { scheme, domain, credentials, nextHop } = this.trunk;
        const ofRecord = `<${scheme}:${credentials?.username ?? this.contactUser}@${domain}>`;
        const transport = /;transport=(\w+)/i.exec(nextHop ?? "")?.[1];
        // RFC 7118, section 5.2.3: a WebSocket is `ws`, over TLS as well
        const parameter = transport === undefined ? "" : `;transport=${transport.replace(/^wss$/i, "ws")}`;
        return {
            To: ofRecord,
            From: ofRecord,
            "Call-ID": this.#callId,
            CSeq: `${++this.#sequence} REGISTER`,
            // the SIP server puts its own address for localhost
            Contact: `<${scheme}:${this.contactUser}@localhost${parameter}>;expires=${seconds}`,
            Expires: `${seconds}`,
            "User-Agent": this.#parts.userAgent,
        };
    }

    #respondedTo(attempt: Attempt, response: IncomingResponse): void {
        // what was overtaken, by a lost server or the end, has no say any more
        if (this.#attempt !== attempt || response.status < 200) return;
        const authorization = this.#authorizationFor(attempt, response);
        if (authorization !== undefined) {
            const all = { ...attempt.authorization, ...authorization };
            return this.#send({ ...attempt, authorization: all, repeats: attempt.repeats + 1 });
        }
        this.#attempt = undefined;
        this.#stopWaiting();
        this.#happened(this.#meaningOf(response, attempt.seconds));
    }

    #authorizationFor(attempt: Attempt, response: IncomingResponse): HeaderFields | undefined {
        if (attempt.repeats >= MAX_REPEATS) return undefined;
        return answerChallenge(this.#digest, response, { method: "REGISTER", uri: this.#registrar, body: "" });
    }

    #meaningOf({ status, headers }: IncomingResponse, asked: number): RegistrationEvent {
        if (status < 300) return { kind: "granted", seconds: this.#grantedSeconds(headers, asked) };
        const minSeconds = secondsIn(headers.get("min-expires"));
        if (status === 423 && minSeconds !== undefined) return { kind: "tooBrief", minSeconds };
        if (REFUSALS.has(status)) return { kind: "refused", status };
        const retryAfterSeconds = secondsIn(headers.get("retry-after"));
        return { kind: "failed", status, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
    }

    /** RFC 3261, section 10.2.4: what stands at our Contact, else in Expires. */
    #grantedSeconds(headers: IncomingResponse["headers"], asked: number): number {
        const contact = splitValues(headers.get("contact") ?? "")
            .map(parseNameAddress)
            .find((each) => each !== undefined && parseUri(each.uri)?.user === this.contactUser);
        return secondsIn(contact?.params.get("expires")) ?? secondsIn(headers.get("expires")) ?? asked;
    }

    #tellFault(why: RegistrationFault): void {
        switch (why.kind) {
            case "refused":
                return this.#tell("refused", why);
            case "failed":
                return this.#tell("failed", why);
            case "serverLost":
                this.#told = "";
        }
    }

    /** Once per change, however often it is tried. */
    #tell(
        what: "registered" | "refused" | "failed",
        fields: { readonly seconds?: number; readonly status?: number },
    ): void {
        const news = what === "registered" ? what : `${what} ${fields.status ?? ""}`;
        if (news === this.#told) return;
        this.#told = news;
        const { log } = this.#parts;
        const trunk = this.trunk.name;
        switch (what) {
            case "registered":
                return log.info("trunk registered", { trunk, seconds: fields.seconds });
            case "refused":
                return log.warn("trunk not registered: it refuses us; check username, password and address", {
                    trunk,
                    status: fields.status,
                });
            case "failed":
                return log.warn("trunk not registered: it does not answer as it should", {
                    trunk,
                    status: fields.status ?? "not sent",
                });
        }
    }
}

function secondsIn(text: string | undefined): number | undefined {
    // Retry-After may go on with a comment
    const digits = /^\s*([0-9]{1,10})/.exec(text ?? "")?.[1];
    return digits === undefined ? undefined : Number(digits);
}

function contactUserOf({ name, domain, credentials }: RegisteringTrunk): string {
    const secret = [name, domain, credentials?.username ?? "", credentials?.password ?? ""].join("\0");
    return `${name}-${createHash("sha256").update(secret).digest("hex").slice(0, 24)}`;
}
