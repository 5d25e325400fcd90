import type { RegistrationFault } from "./registrationState.ts";

/** Why the bridge is not registered at a trunk, for `status` and reports, with the time of the next attempt. `nextAt` in ms since the Unix epoch. */
export function faultText(fault: RegistrationFault, nextAt: number | undefined): string {
    const next = nextAt === undefined ? "" : `; next attempt at ${new Date(nextAt).toISOString().slice(11, 19)} UTC`;
    return `${reasonOf(fault)}${next}`;
}

function reasonOf({ kind, status, reason }: RegistrationFault): string {
    switch (kind) {
        case "refused":
            return `registration rejected with ${status ?? "no status"}; check username and password`;
        case "serverLost":
            return "not registered: the bridge is not connected to its SIP server";
        case "failed":
            return `not registered: ${reason ?? (status === undefined ? "REGISTER was not sent" : `response ${status}`)}`;
    }
}
