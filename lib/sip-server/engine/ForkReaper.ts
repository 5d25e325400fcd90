import { Headers } from "../sip/Headers.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { toTag } from "../transaction/matching.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { AckSender } from "./AckSender.ts";
import { ClientExchange } from "./ClientExchange.ts";
import { dialogOfResponse } from "./dialogOfResponse.ts";
import { draftInDialog } from "./draftInDialog.ts";
import type { EngineContext } from "./EngineContext.ts";
import { hopOf } from "./hopOf.ts";

/** No INVITE forks to more phones than that; further 2xx are not worth remembering. */
const maxForks = 64;

/** Ends the calls of a forked INVITE that were answered in addition to the one we use (RFC 3261 13.2.2.4): each is acknowledged, then ended. */
export class ForkReaper {
    readonly #context: EngineContext;
    readonly #acks = new Map<string, AckSender>();

    constructor(context: EngineContext) {
        this.#context = context;
    }

    /** For every 2xx of that fork: the first gets ACK and BYE, its repetitions the ACK again. */
    end(request: SipRequest, response: SipResponse, flow: Flow): void {
        const tag = toTag(response) ?? "";
        const known = this.#acks.get(tag);
        if (known !== undefined) return known.repeat();
        if (this.#acks.size >= maxForks) return;
        this.#context.counters.forksEnded += 1;
        const ack = new AckSender(this.#context);
        this.#acks.set(tag, ack);
        const dialog = dialogOfResponse(request, response, flow);
        void ack.send(dialog, request, new Headers(), Buffer.alloc(0)).then(() => {
            const bye = { method: "BYE", body: Buffer.alloc(0) };
            const draft = draftInDialog(dialog, bye, { contacts: [], rest: new Headers() }, dialog.nextCSeq());
            const ignored = { onResponse: () => undefined, onExpired: () => undefined, onOver: () => undefined };
            const exchange = new ClientExchange(draft, ignored, this.#context);
            return exchange.start(hopOf(dialog, this.#context));
        });
    }
}
