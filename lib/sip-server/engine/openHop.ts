import type { Hop } from "../dialog/Dialog.ts";
import type { Flow } from "../transport/SipTransport.ts";
import type { EngineContext } from "./EngineContext.ts";
import { registeredKey } from "./flowKey.ts";

/** The flow to a hop for what has no transaction, an ACK: the first target that can be reached. */
export async function openHop(
    hop: Hop,
    { transport, resolver }: Pick<EngineContext, "transport" | "resolver">,
): Promise<Flow | undefined> {
    if (hop.kind === "flow") return hop.flow;
    const uri = hop.routed.nextHop;
    if (uri === undefined) return undefined;
    const registered = transport.flowFor(registeredKey(uri));
    if (registered !== undefined && !registered.closed) return registered;
    const resolution = await resolver.resolve(uri);
    for (const target of resolution.ok ? resolution.targets : []) {
        try {
            return await transport.open(target);
        } catch {
            resolver.reportFailure(target);
        }
    }
    return undefined;
}
