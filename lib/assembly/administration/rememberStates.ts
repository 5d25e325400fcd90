import type { Telemetry } from "../../ports/Telemetry.ts";

type State = "up" | "down";

/** The state of the parts, as they reported it last. */
export interface RememberedStates {
    readonly telemetry: Telemetry;
    readonly homeserver: () => State;
    readonly sipServer: () => State;
    /** Undefined for a trunk that the bridge does not register at. */
    readonly registration: (trunk: string) => State | undefined;
    readonly addresses: (
        trunk: string,
    ) => readonly { readonly address: string; readonly state: State; readonly since: number }[];
}

/** Passes everything on, and remembers the states, which are otherwise kept in counters only. */
export function rememberStates(telemetry: Telemetry, now: () => number): RememberedStates {
    const registrations = new Map<string, State>();
    const addresses = new Map<string, Map<string, { readonly state: State; readonly since: number }>>();
    const states: { homeserver: State; sipServer: State } = { homeserver: "down", sipServer: "down" };
    const remembering: Telemetry = {
        ...telemetry,
        homeserver: (state) => {
            states.homeserver = state;
            telemetry.homeserver(state);
        },
        sipServer: (state) => {
            states.sipServer = state;
            telemetry.sipServer(state);
        },
        trunkRegistered: (trunk, state) => {
            registrations.set(trunk, state);
            telemetry.trunkRegistered(trunk, state);
        },
        trunkAddress: (trunk, address, state) => {
            const known = addresses.get(trunk) ?? new Map<string, { readonly state: State; readonly since: number }>();
            if (known.get(address)?.state !== state) known.set(address, { state, since: now() });
            addresses.set(trunk, known);
            telemetry.trunkAddress(trunk, address, state);
        },
    };
    return {
        telemetry: remembering,
        homeserver: () => states.homeserver,
        sipServer: () => states.sipServer,
        registration: (trunk) => registrations.get(trunk),
        addresses: (trunk) => [...(addresses.get(trunk) ?? [])].map(([address, known]) => ({ address, ...known })),
    };
}
