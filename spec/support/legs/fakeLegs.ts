import { vi } from "vitest";
import type { LegEvent } from "../../../lib/ports/CallLeg.ts";
import type { EndCause, Sdp } from "../../../lib/call/vocabulary.ts";
import type { LegRecord } from "../../../lib/ports/LegRecord.ts";
import { FakeLeg } from "../FakeLeg.ts";
import { type NetworkTraits, type OriginWorld, type Party, stored, type TargetWorld, type Told } from "./LegWorld.ts";

export const FAKE: NetworkTraits = {
    silentAbout: new Set(),
    disagreement: "possible",
    resumedBeforeAnswer: "goesOn",
};

/** The party of a fake leg, and the leg: a record is the only thing that survives a restart. */
class FakeParty implements Party {
    readonly reported: LegEvent[] = [];
    leg: FakeLeg;
    readonly #role: "caller" | "callee";
    #sent: readonly Told[] = [];
    #read = 0;
    #phase: "early" | "connected" = "early";

    constructor(role: "caller" | "callee") {
        this.#role = role;
        this.leg = this.#newLeg();
        if (role === "caller") this.#known("early");
    }

    get unread(): readonly string[] {
        return this.#all.slice(this.#read);
    }

    async receives(told: Told): Promise<void> {
        await vi.waitFor(() => {
            if (this.#all[this.#read] !== told) throw new Error(`waited for ${told}: ${this.unread.join(", ")}`);
        });
        this.#read += 1;
        if (told === "offer") this.#known("early");
        if (told === "answer") this.#known("connected");
    }

    async rings(): Promise<void> {
        await this.#does({ kind: "ringing" });
    }

    async answers(sdp: Sdp): Promise<void> {
        await this.#does({ kind: "answered", sdp });
        this.#known("connected");
    }

    async ends(): Promise<void> {
        const early: EndCause = this.#role === "caller" ? "cancelled" : "declined";
        await this.#does({ kind: "ended", cause: this.#phase === "early" ? early : "hungUp" });
    }

    async offers(sdp: Sdp): Promise<void> {
        await this.#does({ kind: "offered", sdp });
    }

    async agrees(sdp: Sdp): Promise<void> {
        await this.#does({ kind: "offerAnswered", sdp });
    }

    async disagrees(): Promise<void> {
        await this.#does({ kind: "offerRejected", cause: "noCommonMedia" });
    }

    restart(): void {
        const record = stored(this.leg.snapshot());
        this.#sent = this.#all;
        this.leg = this.#newLeg();
        this.leg.record = record;
        this.leg.is(this.#phase);
    }

    get #all(): readonly Told[] {
        return [...this.#sent, ...this.leg.sent];
    }

    #known(phase: "early" | "connected"): void {
        this.#phase = phase;
        this.leg.is(phase);
        this.leg.record = RECORD;
    }

    #newLeg(): FakeLeg {
        const leg = new FakeLeg();
        leg.reportsTo((event) => void this.reported.push(event));
        return leg;
    }

    #does(event: LegEvent): Promise<void> {
        this.leg.says(event);
        return Promise.resolve();
    }
}

const RECORD: LegRecord = { network: "link", phase: "linked", link: "fake", end: 0 };

function worldOf(party: FakeParty): OriginWorld & TargetWorld {
    return {
        party,
        reported: party.reported,
        get leg() {
            return party.leg;
        },
        restart: () => {
            party.restart();
            return Promise.resolve();
        },
        stop: () => Promise.resolve(),
    };
}

export function fakeOrigin(): Promise<OriginWorld> {
    return Promise.resolve(worldOf(new FakeParty("caller")));
}

export function fakeTarget(): Promise<TargetWorld> {
    return Promise.resolve(worldOf(new FakeParty("callee")));
}
