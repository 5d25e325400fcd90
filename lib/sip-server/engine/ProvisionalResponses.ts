import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { cseqNumber } from "../transaction/matching.ts";

/** The provisional responses of one phone to an INVITE we sent: reliably (RFC 3262 4) or not. */
export class ProvisionalResponses {
    #lastRSeq: number | undefined;
    /** RSeqs that the application has received and not acknowledged. */
    readonly #unacknowledged: number[] = [];
    #described = false;

    /** It has described its media: the offer in the INVITE is answered. */
    get described(): boolean {
        return this.#described;
    }

    get owesPrack(): boolean {
        return this.#unacknowledged.length > 0;
    }

    /** Takes one in. False for a reliable one that was seen before, or came out of order: the application does not receive it. */
    notice(response: SipResponse): boolean {
        const rseq = reliableNumber(response);
        if (rseq !== undefined) {
            if (this.#lastRSeq !== undefined && rseq !== this.#lastRSeq + 1) return false;
            this.#lastRSeq = rseq;
            this.#unacknowledged.push(rseq);
        }
        if (response.body.length > 0) this.#described = true;
        return true;
    }

    /** The value of the next PRACK's RAck; counts as acknowledged. */
    takeRAck(invite: SipRequest | undefined): string | undefined {
        const rseq = this.#unacknowledged.shift();
        return rseq === undefined || invite === undefined ? undefined : `${rseq} ${cseqNumber(invite) ?? 0} INVITE`;
    }
}

function reliableNumber(response: SipResponse): number | undefined {
    const required = response.headers.list("Require").some((tag) => tag.toLowerCase() === "100rel");
    const rseq = response.headers.get("RSeq") ?? "";
    return required && /^[0-9]{1,10}$/.test(rseq) ? Number(rseq) : undefined;
}
