import { type Dialog, dialogIdOf } from "../dialog/Dialog.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { cseqNumber, fromTag, toTag } from "../transaction/matching.ts";
import type { Flow } from "../transport/SipTransport.ts";
import type { ClientExchange } from "./ClientExchange.ts";
import type { DialogBook } from "./DialogBook.ts";
import { dialogOfNotify, dialogOfResponse } from "./dialogOfResponse.ts";
import type { EngineContext } from "./EngineContext.ts";
import { subscriptionKey, subscriptionSeconds } from "./subscription.ts";

/** A request that may make dialogs: a NOTIFY may come before the answer to its SUBSCRIBE, and from others than the one who answered. */
interface Making {
    readonly transactionId: string;
    readonly exchange: ClientExchange;
    readonly method: string;
    /** Tags of those who have made one. */
    readonly tags: Set<string>;
}

/** No SUBSCRIBE forks to more notifiers than that. */
const maxForks = 64;

/** The requests that we sent and that may still make dialogs, by the id these will have. */
export class MakingRequests {
    readonly #context: EngineContext;
    readonly #book: DialogBook;
    readonly #requests = new Map<string, Making>();

    constructor(context: EngineContext, book: DialogBook) {
        this.#context = context;
        this.#book = book;
    }

    get size(): number {
        return this.#requests.size;
    }

    has(id: string): boolean {
        return this.#requests.has(id);
    }

    add(id: string, request: Omit<Making, "tags">): void {
        this.#requests.set(id, { ...request, tags: new Set() });
    }

    /** It makes no dialog any more, unless the id belongs to another request by now. */
    remove(id: string, exchange: ClientExchange): void {
        if (this.#requests.get(id)?.exchange === exchange) this.#requests.delete(id);
    }

    /** Removes it at timer N: until then other notifiers may make dialogs of theirs (RFC 6665 4.1.2.4). */
    removeLater(id: string, exchange: ClientExchange): void {
        const { clock, exchanges, options } = this.#context;
        const over = (): void => {
            exchanges.delete(window);
            this.remove(id, exchange);
        };
        const cancel = clock.setTimer(64 * options.timing.t1, over);
        const window = {
            abort: (): void => {
                cancel();
                over();
            },
        };
        exchanges.add(window);
    }

    /** The dialog a NOTIFY makes that comes before the answer to its SUBSCRIBE, or from another fork of it (RFC 6665 4.4.1). */
    dialogOfNotify(notify: SipRequest, flow: Flow): Dialog | undefined {
        if (notify.method !== "NOTIFY" || this.#book.full) return undefined;
        const making = this.#requests.get(dialogIdOf(notify.headers.get("Call-ID") ?? "", toTag(notify) ?? ""));
        const subscribe = making?.exchange.departure?.request;
        if (making === undefined || making.method === "INVITE" || subscribe === undefined) return undefined;
        const tag = fromTag(notify) ?? "";
        if (making.tags.has(tag) || making.tags.size >= maxForks) return undefined;
        making.tags.add(tag);
        const dialog = dialogOfNotify(subscribe, notify, flow);
        dialog.phase = "confirmed";
        this.#book.openSubscription(dialog, subscriptionKey(subscribe), 0);
        this.#context.listener.onDialogMade(dialog.id, making.transactionId);
        return dialog;
    }

    /** The answer to a SUBSCRIBE or REFER; its dialog may be there already, made by a NOTIFY. */
    answered(request: SipRequest, response: SipResponse, flow: Flow): void {
        const tag = toTag(response);
        if (tag === undefined || response.status < 200) return;
        const known = knownDialogOf(this.#book, request, response);
        const key = subscriptionKey(request);
        if (response.status >= 300) {
            if (known !== undefined) this.#book.closeSubscription(known, key);
            return;
        }
        const dialog = known ?? dialogOfResponse(request, response, flow);
        this.#requests.get(dialog.id)?.tags.add(tag);
        dialog.phase = "confirmed";
        dialog.raiseLocalCSeq(cseqNumber(request) ?? 0);
        this.#book.openSubscription(dialog, key, subscriptionSeconds(response, request));
    }
}

/** By its branch a response belongs to its request (RFC 3261 17.1.3); of a dialog's id only the To tag is its sender's to choose. */
export function knownDialogOf(book: DialogBook, request: SipRequest, response: SipResponse): Dialog | undefined {
    const callId = request.headers.get("Call-ID") ?? "";
    return book.table.find(callId, fromTag(request) ?? "", toTag(response) ?? "");
}
