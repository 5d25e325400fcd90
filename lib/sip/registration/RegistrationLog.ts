import type { Log, LogFields } from "../../ports/Log.ts";
import type { RegistrationFault } from "./registrationState.ts";

/** Tells the operator how the registration with one trunk stands: each change once, however often it is tried. */
export class RegistrationLog {
    readonly #trunk: string;
    readonly #log: Log;
    #told = "";
    /** What was told of addresses that were passed over. */
    readonly #passedOver = new Map<string, string>();

    constructor(trunk: string, log: Log) {
        this.#trunk = trunk;
        this.#log = log;
    }

    registered(address: string, seconds: number): void {
        this.#passedOver.delete(address);
        if (!this.#isNew(`registered ${address}`)) return;
        this.#log.info("trunk registered", { trunk: this.#trunk, address, seconds });
    }

    /** No address has our registration. */
    down(fault: RegistrationFault): void {
        switch (fault.kind) {
            case "refused":
                if (!this.#isNew(wordsOf(fault))) return;
                return this.#log.warn("trunk registration rejected", {
                    trunk: this.#trunk,
                    status: fault.status,
                });
            case "failed":
                if (!this.#isNew(wordsOf(fault))) return;
                return this.#log.warn("trunk registration failed: no valid response", {
                    trunk: this.#trunk,
                    ...detailsOf(fault),
                });
            case "serverLost":
                this.#told = "";
        }
    }

    /** An address did not take our registration, and the next is tried. Told again once it has taken one. */
    passedOver(address: string, fault: RegistrationFault): void {
        const words = wordsOf(fault);
        if (this.#passedOver.get(address) === words) return;
        this.#passedOver.set(address, words);
        this.#log.warn("trunk registration failed at this address, trying the next one", {
            trunk: this.#trunk,
            address,
            ...detailsOf(fault),
        });
    }

    #isNew(words: string): boolean {
        const isNew = words !== this.#told;
        this.#told = words;
        return isNew;
    }
}

function wordsOf({ kind, status, reason }: RegistrationFault): string {
    return [kind, status, reason].join(" ");
}

/** A status with a reason is that of the bridge's own SIP server: the trunk sent none. */
function detailsOf({ status, reason }: RegistrationFault): LogFields {
    if (reason !== undefined) return { reason, hint: "check address, transport and firewall" };
    return { status: status ?? "not sent" };
}
