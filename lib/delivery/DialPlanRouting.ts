import type { DialPlan } from "../numbering/DialPlan.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { MessageRoute, MessageRouting } from "../ports/MessageRouting.ts";
import type { PhoneBook } from "../ports/PhoneBook.ts";

/** Routes messages as calls are routed, by a dial plan with the rules of `messaging.allow`. */
export class DialPlanRouting implements MessageRouting {
    readonly #plan: Pick<DialPlan, "whoMayDial">;
    readonly #phoneBook: PhoneBook | undefined;

    constructor(plan: Pick<DialPlan, "whoMayDial">, phoneBook: PhoneBook | undefined) {
        this.#plan = plan;
        this.#phoneBook = phoneBook;
    }

    /** A phone of an account is written to directly, also if a trunk serves its number. */
    routeOf(user: MatrixUserId, party: RemoteParty): MessageRoute {
        const verdict = this.#plan.whoMayDial(user, party);
        if (verdict.kind === "forbidden") return { kind: "forbidden" };
        const phones = this.#phoneBook?.phonesMeantBy(party, user);
        if (phones !== undefined) return { kind: "phones", phones };
        return verdict.kind === "allowed" ? { kind: "networks", names: verdict.trunks } : { kind: "noRoute" };
    }
}
