import { randomUUID } from "node:crypto";
import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { LegAbility, LegReport, ShownParty, TargetLeg } from "../../ports/CallLeg.ts";
import type { LinkEnd, LinkLegRecord } from "../../ports/LegRecord.ts";
import { agreeOnLink } from "../../sdp/agreeOnLink.ts";

/**
 * Joins two calls: each has one of its two legs in place of a party, so that the parties that are left talk to each other. What
 * a call does to its leg reaches the other call as what its own leg does.
 */
export class CallLink {
    readonly legs: readonly [LinkLeg, LinkLeg];
    readonly #offers = new Map<LinkLeg, Sdp>();

    /** @param id names the link in the records of both calls */
    constructor(id: string = randomUUID()) {
        this.legs = [new LinkLeg(this, { id, end: 0 }), new LinkLeg(this, { id, end: 1 })];
    }

    other(leg: LinkLeg): LinkLeg {
        return leg === this.legs[0] ? this.legs[1] : this.legs[0];
    }

    /** Both calls offer, and each receives the other one's offer as its answer, in a format that both have. */
    offer(leg: LinkLeg, sdp: Sdp): void {
        this.#offers.set(leg, sdp);
        const [first, second] = this.legs;
        const [ofFirst, ofSecond] = [this.#offers.get(first), this.#offers.get(second)];
        if (ofFirst === undefined || ofSecond === undefined) return;
        const agreed = agreeOnLink(ofFirst, ofSecond);
        if (agreed === undefined) return this.fail("noCommonMedia");
        first.report({ kind: "answered", sdp: agreed[1] });
        second.report({ kind: "answered", sdp: agreed[0] });
    }

    fail(cause: EndCause): void {
        for (const leg of this.legs) leg.fail(cause);
    }
}

interface LinkName {
    readonly id: string;
    readonly end: LinkEnd;
}

/** One end of a link: a party without a phone of its own. */
export class LinkLeg implements TargetLeg {
    readonly abilities: ReadonlySet<LegAbility> = new Set(["reoffer"]);
    readonly #link: CallLink;
    readonly #name: LinkName;
    /** Set once a call has the leg. What happens before is kept. */
    #report: LegReport | undefined;
    #state: { readonly phase: "open" } | { readonly phase: "over"; readonly cause: EndCause } = { phase: "open" };
    /** An offer that the call of this leg has made, and that the other call has not answered. */
    #offer: "open" | "none" = "none";

    constructor(link: CallLink, name: LinkName) {
        this.#link = link;
        this.#name = name;
    }

    /** Whether a call has this leg. */
    get isSeated(): boolean {
        return this.#report !== undefined;
    }

    /** Called once, by the call that gets this leg. */
    connect(report: LegReport): void {
        this.#report = report;
        if (this.#state.phase === "over") report({ kind: "ended", cause: this.#state.cause });
    }

    report(event: Parameters<LegReport>[0]): void {
        if (this.#state.phase === "open") this.#report?.(event);
    }

    /** Ends this half from the outside; the call of this leg hears of it. */
    fail(cause: EndCause): void {
        if (this.#state.phase === "over") return;
        this.#state = { phase: "over", cause };
        this.#report?.({ kind: "ended", cause });
    }

    offer(sdp: Sdp): Promise<void> {
        this.#link.offer(this, sdp);
        return Promise.resolve();
    }

    /** If both calls offer at the same time, the later offer is rejected, and its party is answered by the media server. */
    reoffer(sdp: Sdp): Promise<void> {
        const other = this.#link.other(this);
        if (other.#offer === "open") {
            this.report({ kind: "offerRejected", cause: "noCommonMedia" });
            return Promise.resolve();
        }
        this.#offer = "open";
        other.report({ kind: "offered", sdp });
        return Promise.resolve();
    }

    withdrawOffer(): Promise<void> {
        this.#offer = "none";
        return Promise.resolve();
    }

    answerOffer(sdp: Sdp): Promise<void> {
        return this.#reply({ kind: "offerAnswered", sdp });
    }

    rejectOffer(cause: EndCause): Promise<void> {
        return this.#reply({ kind: "offerRejected", cause });
    }

    postponeOffer(): Promise<void> {
        return this.#reply({ kind: "offerRejected", cause: "noCommonMedia" });
    }

    showParty(party: ShownParty): Promise<void> {
        this.#link.other(this).report({ kind: "identified", party });
        return Promise.resolve();
    }

    sendDigits(): Promise<void> {
        return Promise.resolve(); // not asked: digits travel in the media between the two calls
    }

    check(): Promise<void> {
        return Promise.resolve(); // the other call watches its own party
    }

    reportTransfer(): Promise<void> {
        return Promise.resolve(); // a link asks for no transfer
    }

    snapshot(): LinkLegRecord | undefined {
        if (this.#state.phase === "over") return undefined;
        return { network: "link", phase: "linked", link: this.#name.id, end: this.#name.end };
    }

    end(cause: EndCause): Promise<void> {
        if (this.#state.phase === "over") return Promise.resolve();
        this.#state = { phase: "over", cause };
        this.#link.other(this).fail(cause);
        return Promise.resolve();
    }

    #reply(event: Parameters<LegReport>[0]): Promise<void> {
        const other = this.#link.other(this);
        if (other.#offer === "open") {
            other.#offer = "none";
            other.report(event);
        }
        return Promise.resolve();
    }
}
