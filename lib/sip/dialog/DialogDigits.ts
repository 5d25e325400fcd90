import type { Sdp } from "../../call/vocabulary.ts";
import type { LegReport } from "../../ports/CallLeg.ts";
import { CallFailure } from "../../ports/CallFailure.ts";
import type { Log } from "../../ports/Log.ts";
import { takesDigits } from "../../sdp/webRtcDescription.ts";
import { tokensOf } from "../sipHeaders.ts";
import type { IncomingRequest, IncomingResponse, OutgoingResponse } from "../SipStack.ts";
import type { DtmfSetting } from "../SipTrunk.ts";
import { askInDialog, type InDialogParts } from "./askInDialog.ts";
import { carriesDigits, type DigitBody, readDigits, writeDigit } from "./digitInfo.ts";

export interface DialogDigitsParts extends InDialogParts {
    readonly log: Log;
    /** How the peer is configured to send and receive digits; `auto` if left out. */
    readonly dtmf?: DtmfSetting | undefined;
    /** The peer's Allow header. */
    readonly allow?: string | undefined;
    readonly report: LegReport;
}

/** The DTMF digits of one dialog that travel by INFO, in both directions. */
export class DialogDigits {
    readonly #parts: DialogDigitsParts;
    /** The peer may understand only one of the two. */
    #form: DigitBody = "application/dtmf-relay";

    constructor(parts: DialogDigitsParts) {
        this.#parts = parts;
    }

    /**
     * The response to an INFO that carries digits, which are reported; undefined for every other request. A peer whose digits
     * are RTP events gets 415, so that a phone that can send both changes over.
     */
    receive(request: IncomingRequest): OutgoingResponse | undefined {
        if (!carriesDigits(request)) return undefined;
        if (this.#parts.dtmf === "rtp") return { status: 415, headers: { Accept: "application/media_control+xml" } };
        const digits = readDigits(request.body);
        if (digits === undefined) return { status: 400, reason: "Bad DTMF Digit" };
        this.#parts.report({ kind: "digits", digits });
        return { status: 200 };
    }

    /** Whether the peer receives digits by INFO. @param session its last description */
    isNeeded(session: Sdp | undefined): boolean {
        return receivesDigitsByInfo(this.#parts, session);
    }

    /** Sends one digit after the other, each when the peer has received the one before. @throws CallFailure if one is rejected */
    async send(digits: string): Promise<void> {
        for (const digit of digits) {
            let { status } = await this.#ask(digit);
            if (status === 415 && this.#form === "application/dtmf-relay") {
                this.#form = "application/dtmf";
                ({ status } = await this.#ask(digit));
            }
            if (status >= 300) throw new CallFailure("networkFailure", `the peer rejected a digit by INFO: ${status}`);
        }
    }

    async #ask(digit: string): Promise<IncomingResponse> {
        const { headers, body } = writeDigit(digit, this.#form);
        return await askInDialog(this.#parts, { method: "INFO", headers, body });
    }
}

/** Whether a peer receives digits by INFO. @param session its last description: `auto` prefers RTP events */
export function receivesDigitsByInfo(
    { dtmf = "auto", allow }: Pick<DialogDigitsParts, "dtmf" | "allow">,
    session: Sdp | undefined,
): boolean {
    switch (dtmf) {
        case "rtp":
            return false;
        case "info":
            return true;
        case "auto":
            return session !== undefined && !takesDigits(session) && tokensOf(allow).has("info");
    }
}
