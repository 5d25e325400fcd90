import type { SipTrunk } from "../SipTrunk.ts";

/** The trunk as it stands at each of its addresses, in the operator's order. To register with it is for all of them together. */
export function atEachAddress(trunk: SipTrunk): readonly [SipTrunk, ...SipTrunk[]] {
    const { alternatives = [], domain: _domain, nextHop: _nextHop, register: _register, ...everywhere } = trunk;
    return [trunk, ...alternatives.map((address) => ({ ...everywhere, ...address }))];
}
