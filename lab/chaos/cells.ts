/** What a call is doing when a part fails. */
export const CALL_PHASES = [
    "ringing in",
    "ringing out",
    "answering",
    "connected",
    "changing",
    /** The phone holds, and plays its tone meanwhile. */
    "held",
    /** The phone has asked for a transfer, and its target rings. */
    "transferring",
    "hanging up",
] as const;

export type CallPhase = (typeof CALL_PHASES)[number];

/** What fails. `phone`: the SIP peer; `client`: the browser with matrix-js-sdk. */
export const PARTS = ["bridge", "SIP server", "rtpengine", "homeserver", "phone", "client"] as const;

export type Part = (typeof PARTS)[number];

/** `killed`: SIGKILL, and started again immediately. `stopped`: SIGSTOP, and SIGCONT after 20 s. `gone`: SIGKILL, not started again. */
const FAULTS = ["killed", "stopped 20 s", "gone", "back after 5 s"] as const;

export type Fault = (typeof FAULTS)[number];

export interface Cell {
    readonly phase: CallPhase;
    readonly part: Part;
    readonly fault: Fault;
}

/**
 * Which faults of a part are tried. Not tried: the bridge gone, because no part is left that could tell the Matrix user; the SIP
 * server gone or back later, because the bridge starts a new one immediately; a phone or client that is started again, because it
 * has forgotten its call and is the same as one that is gone.
 */
const FAULTS_OF: Readonly<Record<Part, readonly Fault[]>> = {
    bridge: ["killed", "stopped 20 s", "back after 5 s"],
    "SIP server": ["killed", "stopped 20 s"],
    rtpengine: FAULTS,
    homeserver: FAULTS,
    phone: ["stopped 20 s", "gone"],
    client: ["stopped 20 s", "gone"],
};

/** Every combination that is tried, in the order in which the table shows them. */
export function allCells(): readonly Cell[] {
    return PARTS.flatMap((part) =>
        FAULTS_OF[part].flatMap((fault) => CALL_PHASES.map((phase) => ({ phase, part, fault }))),
    );
}

/** As people write it: `connected, bridge killed`. */
export function nameOf({ phase, part, fault }: Cell): string {
    return `${phase}, ${part} ${fault}`;
}

/** How long a call rings that is not answered: the bridge's default, and the limit of matrix-js-sdk. */
const RING_MS = { "ringing in": 90_000, "ringing out": 60_000 } as const;
/** RFC 3261, timer H: how long the bridge waits for the ACK to its 200. */
const NO_ACK_MS = 32_000;
/** How long the bridge takes to notice that a phone or a client is gone, at most. See docs/design/bad-days.md. */
const NOTICED_MS = { phone: 25_000, client: 47_000 } as const;

/**
 * When it becomes possible to tell the parties, in ms from the fault or from the return of the part. Mostly immediately; but that a
 * party has disappeared shows only by its silence, and that an answer was lost with a homeserver only by the end of the ring time.
 */
export function possibleAfterMs({ phase, part, fault }: Cell): number {
    const isRinging = phase === "ringing in" || phase === "ringing out";
    // the target rings, and its answer cannot arrive
    if (part === "homeserver" && fault === "gone" && phase === "transferring") return RING_MS["ringing in"];
    if (part === "homeserver" && phase === "answering") return RING_MS["ringing in"];
    if (fault !== "gone") return 0;
    switch (part) {
        case "bridge":
        case "SIP server":
        case "rtpengine":
            return 0;
        case "homeserver":
            return isRinging ? RING_MS[phase] : 0;
        case "phone":
            return isRinging ? RING_MS[phase] : phase === "answering" ? NO_ACK_MS : NOTICED_MS.phone;
        case "client":
            // its answer was not sent
            if (phase === "answering") return RING_MS["ringing in"];
            return isRinging ? RING_MS[phase] : NOTICED_MS.client;
    }
}
