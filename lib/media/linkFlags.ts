import type { NgDictionary, NgValue } from "./ngProtocol.ts";

/** The port towards the party that stays is kept (rtpengine chooses ports by the address of the other side). */
const KEEPS_PORT = "port latching";
/** Media goes to the address in the description, and not to where it comes from: the party that leaves may still send. */
const KEEPS_ADDRESS = "asymmetric";

/** For an offer of a party whose peer is replaced. */
export const KEEPING_PORT: readonly string[] = [KEEPS_PORT];

/** For a description of another call that has the place of a party. */
export const LINKED: readonly string[] = [KEEPS_PORT, KEEPS_ADDRESS];

export function withFlags(dictionary: NgDictionary, more: readonly string[]): NgDictionary {
    if (more.length === 0) return dictionary;
    const { flags } = dictionary;
    const before: readonly NgValue[] = Array.isArray(flags) ? flags : [];
    return { ...dictionary, flags: [...before, ...more] };
}
