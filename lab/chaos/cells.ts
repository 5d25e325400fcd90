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

/** `killed`: SIGKILL, and started again immediately. `stopped`: SIGSTOP, and SIGCONT after 20 s. `gone`: SIGKILL, for ever. */
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
