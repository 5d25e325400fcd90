import type { NgDictionary, NgValue } from "./ngProtocol.ts";

/** The port towards the party that stays is kept (rtpengine chooses ports by the address of the other side). */
const KEEPS_PORT = "port latching";
/** Media goes to the address in the description, and not to where it comes from: the party that leaves may still send. */
const KEEPS_ADDRESS = "asymmetric";

/** For an offer of a party whose peer is replaced. */
export function keepingPort(dictionary: NgDictionary): NgDictionary {
    return withFlags(dictionary, KEEPS_PORT);
}

/** For a description of another call that has the place of a party. */
export function linkedDictionary(dictionary: NgDictionary): NgDictionary {
    return withFlags(dictionary, KEEPS_PORT, KEEPS_ADDRESS);
}

function withFlags(dictionary: NgDictionary, ...more: readonly string[]): NgDictionary {
    const { flags } = dictionary;
    const before: readonly NgValue[] = Array.isArray(flags) ? flags : [];
    return { ...dictionary, flags: [...before, ...more] };
}
