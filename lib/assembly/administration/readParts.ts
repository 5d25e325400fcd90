import type { PartReading } from "../../admin/supervision/Supervision.ts";
import type { Config } from "../../config/Config.generated.ts";
import type { RememberedState, RememberedStates } from "./rememberStates.ts";

export interface ReadPartsParts {
    readonly config: Config;
    readonly states: RememberedStates;
    /** The certificate and the store. */
    readonly machine: () => readonly PartReading[];
    /** The rtpengine instances; empty if media passes directly. */
    readonly engines: () => readonly { readonly name: string; readonly up: boolean; readonly reason?: string }[];
}

/** Reads the state of every part for supervision. */
export function readParts({ config, states, machine, engines }: ReadPartsParts): readonly PartReading[] {
    return [
        part("homeserver", "homeserver", states.homeserver(), "the last request received no response"),
        part("SIP server", "sip_server", states.sipServer(), NO_SIP_SERVER),
        ...engines().map(({ name, up, reason }) =>
            part(`rtpengine ${name}`, "rtpengine", { state: up ? "up" : "down" }, reason ?? "it does not respond"),
        ),
        ...config.trunks.map(({ name }) => trunkPart(name, states)),
        ...machine(),
    ];
}

const NO_SIP_SERVER = "the bridge is not connected to it, and tries again every few seconds";

function trunkPart(name: string, states: RememberedStates): PartReading {
    const addresses = states.addresses(name);
    const registration = states.registration(name);
    const down = addresses.filter(({ state }) => state === "down");
    const reasons = [
        ...(registration?.state === "down" ? [registration.why ?? "not registered yet"] : []),
        ...down.map(({ address, why }) => `no calls to ${address}${why === undefined ? "" : ` (${why})`}`),
    ];
    if (reasons.length === 0) return { name: `trunk ${name}`, kind: "trunk", state: "up" };
    const isDown = registration?.state === "down" || down.length === addresses.length;
    return { name: `trunk ${name}`, kind: "trunk", state: isDown ? "down" : "degraded", reason: reasons.join("; ") };
}

function part(
    name: string,
    kind: PartReading["kind"],
    { state, why }: RememberedState,
    otherwise: string,
): PartReading {
    return state === "up" ? { name, kind, state } : { name, kind, state, reason: why ?? otherwise };
}
