import type { Sdp } from "../../call/vocabulary.ts";
import { sessionDescriptionIn } from "../sessionDescription.ts";
import type { IncomingResponse } from "../SipStack.ts";

/** Forks that answer one INVITE early; more are no honest call. */
const MAX_DIALOGS = 20;

/**
 * The session descriptions of the provisional responses to one INVITE. RFC 3261, section 13.2.1, has the answer in the 2xx or
 * in a reliable provisional response before it; some peers rely on an unreliable one, so that counts as well.
 */
export class EarlyDescriptions {
    readonly #byTag = new Map<string, Sdp>();
    #reliable: Sdp | undefined;

    take({ headers, body }: Pick<IncomingResponse, "headers" | "body">): void {
        const description = sessionDescriptionIn({ headers, body });
        if (description.kind !== "given") return;
        if (headers.has("rseq")) this.#reliable = description.sdp;
        const tag = toTagOf(headers);
        if (this.#byTag.has(tag) || this.#byTag.size < MAX_DIALOGS) this.#byTag.set(tag, description.sdp);
    }

    /** The latest description of the dialog that a 2xx belongs to. */
    of({ headers }: Pick<IncomingResponse, "headers">): Sdp | undefined {
        return this.#byTag.get(toTagOf(headers)) ?? this.#reliable;
    }
}

function toTagOf(headers: IncomingResponse["headers"]): string {
    return /;\s*tag\s*=\s*([^;>\s]+)\s*(?:;|$)/i.exec(headers.get("to") ?? "")?.[1] ?? "";
}
