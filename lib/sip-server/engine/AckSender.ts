import type { Dialog } from "../dialog/Dialog.ts";
import type { Headers } from "../sip/Headers.ts";
import { serializeMessage } from "../sip/serializeMessage.ts";
import type { SipRequest } from "../sip/SipMessage.ts";
import { cseqNumber } from "../transaction/matching.ts";
import { newBranch } from "../transaction/TransactionLayer.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { composeRequest } from "./composeRequest.ts";
import { draftInDialog } from "./draftInDialog.ts";
import type { EngineContext } from "./EngineContext.ts";
import type { MessageMeta } from "./MessageMeta.ts";
import { hopOf } from "./hopOf.ts";
import { metaOf } from "./metaOf.ts";
import { openHop } from "./openHop.ts";

/** Sends the ACK of one 2xx, and sends it again for each 2xx that comes again (RFC 3261 13.2.2.4). */
export class AckSender {
    readonly #context: EngineContext;
    #sent: { readonly bytes: Buffer; readonly flow: Flow } | undefined;

    constructor(context: EngineContext) {
        this.#context = context;
    }

    /** Undefined if the peer cannot be reached; it will repeat its 2xx, and may be acknowledged again. */
    send(
        dialog: Dialog,
        invite: SipRequest,
        rest: Headers,
        body: Buffer,
    ): Promise<{ readonly message: SipRequest; readonly meta: MessageMeta } | undefined> {
        const headers = rest.copy();
        // The ACK is authenticated by the same credentials as its INVITE (22.1): a challenge to it could not be answered.
        for (const name of ["Authorization", "Proxy-Authorization"]) {
            if (!headers.has(name)) headers.set(name, ...invite.headers.all(name));
        }
        return dialog.inOrder(async () => {
            const flow = await openHop(hopOf(dialog, this.#context), this.#context);
            if (flow === undefined) return undefined;
            const order = { method: "ACK", body };
            // The number of its INVITE, whatever was sent since: PRACK and UPDATE have counted on.
            const draft = draftInDialog(dialog, order, { contacts: [], rest: headers }, cseqNumber(invite) ?? 0);
            const message = composeRequest(draft, flow, newBranch());
            const bytes = serializeMessage(message);
            this.#sent = { bytes, flow };
            this.#context.counters.requestsSent += 1;
            this.#deliver(bytes, flow);
            return { message, meta: metaOf(flow, "application") };
        });
    }

    /** The 2xx came again: the ACK was lost, if it was sent at all. */
    repeat(): void {
        if (this.#sent === undefined) return;
        this.#context.counters.retransmissionsSent += 1;
        this.#deliver(this.#sent.bytes, this.#sent.flow);
    }

    forget(): void {
        this.#sent = undefined;
    }

    /** A lost ACK is asked for again by the next 2xx. */
    #deliver(bytes: Buffer, flow: Flow): void {
        flow.send(bytes).catch(() => undefined);
    }
}
