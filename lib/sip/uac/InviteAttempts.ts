import { CallFailure } from "../../ports/CallFailure.ts";
import type { IncomingResponse, SentRequest } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { firstAttempt, type InviteAttempt, repeatedAttempt } from "./inviteAttempt.ts";
import { advance, type InviteFailure, type InviteRoute, startRoute, withoutFull } from "./inviteRoute.ts";
import { mayFollow } from "./redirectTarget.ts";
import { tellTrouble } from "./tellTrouble.ts";
import type { UacEvent } from "./uacLegState.ts";
import type { UacLegParts } from "./UacLegParts.ts";

type InviteAttemptsParts = Pick<
    UacLegParts,
    "calls" | "trunks" | "availability" | "makeCnonce" | "mayDial" | "onTrouble" | "log"
>;

type InviteFailed = Extract<UacEvent, { kind: "inviteFailed" }>;

interface Progress {
    /** The INVITE of the current attempt, if it was sent. */
    readonly sent: SentRequest | undefined;
    readonly heard: InviteFailure["heard"];
}

/** Where and how a call is tried: at one address after the other, and there again with credentials if they are asked for. */
export class InviteAttempts {
    readonly #parts: InviteAttemptsParts;
    #route: InviteRoute | undefined;
    #current: InviteAttempt | undefined;

    constructor(parts: InviteAttemptsParts) {
        this.#parts = parts;
    }

    /** The attempt that is to be made, or was made last; undefined before `begin`. */
    get current(): InviteAttempt | undefined {
        return this.#current;
    }

    /** @throws CallFailure if every trunk has its maximum of calls */
    begin(): void {
        const [first, ...others] = this.#freeTrunks();
        if (first === undefined) throw new CallFailure("serviceUnavailable", "every trunk has its maximum of calls");
        this.#route = startRoute([first, ...others]);
        this.#current = firstAttempt(this.#route.current, this.#parts.makeCnonce);
    }

    /** A final response other than 2xx: the same INVITE again, another one, or the end. @param body of the INVITE */
    rejected(response: IncomingResponse, progress: Progress, body: string): InviteFailed {
        const attempt = this.#current;
        const again = attempt && progress.sent && repeatedAttempt(attempt, response, progress.sent, body);
        if (again === undefined) {
            if (attempt !== undefined) tellTrouble(attempt, response, this.#parts.log, this.#parts.onTrouble);
            return this.failed(response, progress);
        }
        this.#current = again;
        return { kind: "inviteFailed", cause: "forbidden", next: "another" };
    }

    /** Nothing more is to be had where the call was tried last. */
    failed({ status, headers }: Pick<IncomingResponse, "status" | "headers">, progress: Progress): InviteFailed {
        if (this.#route === undefined) return { kind: "inviteFailed", cause: "internalError", next: "none" };
        const isFull = ({ name, maxCalls }: SipTrunk): boolean => this.#parts.calls.legsOf(name) >= maxCalls;
        const failure = { status, headers, heard: progress.heard };
        const way = advance(withoutFull(this.#route, isFull), failure, (uri) => this.#mayFollow(uri, progress.sent));
        if (way.kind !== "next") return { kind: "inviteFailed", cause: way.cause, next: "none" };
        this.#route = way.route;
        this.#current = firstAttempt(way.route.current, this.#parts.makeCnonce);
        return { kind: "inviteFailed", cause: "networkFailure", next: "another" };
    }

    /** Whom a redirect led to is no address of the trunk's; and the silence after ringing is that of the callee. */
    reportAvailability(response: Pick<IncomingResponse, "status" | "headers">, hasRung: boolean): void {
        const hop = this.#current?.hop;
        if (hop === undefined || hop.redirectedTo !== undefined || (hasRung && response.status === 408)) return;
        this.#parts.availability?.responded(hop.trunk, response);
    }

    /** Trunks that may take one more call, those that are down last. */
    #freeTrunks(): readonly SipTrunk[] {
        const { calls, trunks, availability } = this.#parts;
        const free = trunks.filter((trunk) => calls.legsOf(trunk.name) < trunk.maxCalls);
        return availability?.inOrder(free) ?? free;
    }

    #mayFollow(to: string, sent: SentRequest | undefined): boolean {
        const { mayDial, log } = this.#parts;
        const trunk = this.#route?.current.trunk;
        if (trunk === undefined || sent === undefined) return false;
        if (mayFollow({ to, sent: sent.uri, trunk }, mayDial)) return true;
        log.info("redirect not followed: caller not allowed to dial its target", { trunk: trunk.name });
        return false;
    }
}
