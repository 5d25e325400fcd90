import type { TrunkStatus } from "../../Administration.ts";
import { countText } from "../../describe.ts";

/** A trunk in one line. */
export function trunkLine({ name, state, addresses, registration, liveCalls }: TrunkStatus): string {
    const up = addresses.filter((address) => address.state === "up").length;
    const registered = registration === "none" ? "" : registration === "up" ? ", registered" : ", NOT registered";
    return `${name}: ${state}, ${up} of ${addresses.length} addresses up${registered}, ${countText(liveCalls, "call")}`;
}
