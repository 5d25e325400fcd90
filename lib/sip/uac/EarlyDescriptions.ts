import type { Sdp } from "../../call/vocabulary.ts";
import { sessionDescriptionIn } from "../sessionDescription.ts";
import { tagIn } from "../dialog/dialogCopy.ts";
import type { IncomingResponse, SentRequest } from "../SipStack.ts";
import type { DialogName } from "../transfer/dialogName.ts";

/** Forks that answer one INVITE early; more are no honest call. */
const MAX_DIALOGS = 20;

/**
 * The early dialogs of one call, and the session descriptions of the provisional responses to one INVITE. RFC 3261, section 13.2.1, has the answer in the 2xx or
 * in a reliable provisional response before it; some peers rely on an unreliable one, so that counts as well.
 */
export class EarlyDescriptions {
    readonly #byTag = new Map<string, Sdp>();
    readonly #tags = new Set<string>();
    #reliable: Sdp | undefined;

    take({ headers, body }: Pick<IncomingResponse, "headers" | "body">): void {
        const tag = toTagOf(headers);
        if (this.#tags.size < MAX_DIALOGS) this.#tags.add(tag);
        const description = sessionDescriptionIn({ headers, body });
        if (description.kind !== "given") return;
        if (headers.has("rseq")) this.#reliable = description.sdp;
        if (this.#byTag.has(tag) || this.#byTag.size < MAX_DIALOGS) this.#byTag.set(tag, description.sdp);
    }

    /** Whether a Replaces header of a callee names one of the dialogs (RFC 3891, section 3). @param sent the INVITE */
    isNamed(sent: Pick<SentRequest, "headers"> | undefined, { callId, toTag, fromTag }: DialogName): boolean {
        if (fromTag === "" || !this.#tags.has(fromTag)) return false;
        // eslint-disable-next-line no-restricted-syntax -- names the dialog, not a person
        const local = sent?.headers.get("from") ?? "";
        return sent?.headers.get("call-id") === callId && tagIn(local) === toTag;
    }

    /** The latest description of the dialog that a 2xx belongs to. */
    of({ headers }: Pick<IncomingResponse, "headers">): Sdp | undefined {
        return this.#byTag.get(toTagOf(headers)) ?? this.#reliable;
    }
}

function toTagOf(headers: IncomingResponse["headers"]): string {
    return /;\s*tag\s*=\s*([^;>\s]+)\s*(?:;|$)/i.exec(headers.get("to") ?? "")?.[1] ?? "";
}
