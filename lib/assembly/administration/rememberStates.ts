import type { Telemetry } from "../../ports/Telemetry.ts";

type State = "up" | "down";

/** The state of a part, as it was reported last. `why` it is down, if that is known. */
export interface RememberedState {
    readonly state: State;
    readonly why?: string;
}

/** The state of the parts, as they reported it last. */
export interface RememberedStates {
    readonly telemetry: Telemetry;
    readonly homeserver: () => RememberedState;
    readonly sipServer: () => RememberedState;
    /** Undefined for a trunk that the bridge does not register at. */
    readonly registration: (trunk: string) => RememberedState | undefined;
    readonly addresses: (trunk: string) => readonly RememberedAddress[];
    /** Why the homeserver does not deliver to the bridge; undefined if it does. */
    setDeliveryFault: (why: string | undefined) => void;
    /** Called at each change of the connection to the SIP server, which can be too short to be seen at intervals. */
    onSipServer: (listener: () => void) => void;
}

export interface RememberedAddress extends RememberedState {
    readonly address: string;
    readonly since: number;
}

/** Passes everything on, and remembers the states, which are otherwise kept in counters only. */
export function rememberStates(telemetry: Telemetry, now: () => number): RememberedStates {
    const registrations = new Map<string, RememberedState>();
    const addresses = new Map<string, Map<string, RememberedAddress>>();
    const states: { homeserver: RememberedState; sipServer: RememberedState } = {
        homeserver: { state: "down" },
        sipServer: { state: "down" },
    };
    let deliveryFault: string | undefined;
    let onSipServer = (): void => undefined;
    const remembering: Telemetry = {
        ...telemetry,
        homeserver: (state, why) => {
            states.homeserver = remembered(state, why);
            telemetry.homeserver(state, why);
        },
        sipServer: (state) => {
            states.sipServer = { state };
            telemetry.sipServer(state);
            onSipServer();
        },
        trunkRegistered: (trunk, state, why) => {
            registrations.set(trunk, remembered(state, why));
            telemetry.trunkRegistered(trunk, state, why);
        },
        trunkAddress: (trunk, address, state, why) => {
            const known = addresses.get(trunk) ?? new Map<string, RememberedAddress>();
            const before = known.get(address);
            const since = before?.state === state ? before.since : now();
            known.set(address, { address, since, ...remembered(state, why) });
            addresses.set(trunk, known);
            telemetry.trunkAddress(trunk, address, state, why);
        },
    };
    return {
        telemetry: remembering,
        homeserver: () =>
            states.homeserver.state === "up" && deliveryFault !== undefined
                ? { state: "down", why: deliveryFault }
                : states.homeserver,
        setDeliveryFault: (why) => (deliveryFault = why),
        sipServer: () => states.sipServer,
        registration: (trunk) => registrations.get(trunk),
        addresses: (trunk) => [...(addresses.get(trunk)?.values() ?? [])],
        onSipServer: (listener) => (onSipServer = listener),
    };
}

function remembered(state: State, why: string | undefined): RememberedState {
    return why === undefined ? { state } : { state, why };
}
