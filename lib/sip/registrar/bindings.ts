import type { PhoneContact } from "../../ports/ContactStore.ts";
import { deltaSecondsIn } from "../deltaSeconds.ts";
import { unsupportedOf } from "../sipCapabilities.ts";
import { parseNameAddress, parseUri, splitValues } from "../sipHeaders.ts";
import type { HeaderFields, IncomingRequest, OutgoingResponse } from "../SipStack.ts";

export interface BindingLimits {
    readonly minSeconds: number;
    readonly maxSeconds: number;
    /** Contacts of one account. */
    readonly maxContacts: number;
}

/** What a REGISTER asks for. */
export interface RegisterRequest {
    readonly callId: string;
    readonly sequence: number;
    /** `all` is `Contact: *`, the removal of everything; none is a query. */
    readonly contacts: "all" | readonly { readonly uri: string; readonly seconds: number | undefined }[];
    readonly path: readonly string[];
    readonly source: PhoneContact["source"];
}

export type BindingVerdict =
    | { readonly kind: "done"; readonly contacts: readonly PhoneContact[] }
    | { readonly kind: "refused"; readonly response: OutgoingResponse };

/** A phone's URI with its parameters is far shorter. */
const MAX_URI_LENGTH = 512;
const MAX_PATH = 8;
/** It is kept with each contact. */
const MAX_CALL_ID_LENGTH = 256;

/**
 * Reads a REGISTER, or returns why it is rejected. A Path is accepted from trusted senders only, because it chooses where
 * our calls to the account go, to a trunk that takes them for ours for instance. Pure.
 */
export function readRegister(
    request: Pick<IncomingRequest, "headers" | "source">,
    sender: "trusted" | "untrusted",
): RegisterRequest | { readonly kind: "refused"; readonly response: OutgoingResponse } {
    const { headers, source } = request;
    const callId = headers.get("call-id") ?? "";
    const sequence = Number.parseInt(headers.get("cseq") ?? "", 10);
    const overall = deltaSecondsIn(headers.get("expires"));
    const values = splitValues(headers.get("contact") ?? "");
    const path = splitValues(headers.get("path") ?? "").map((value) => parseNameAddress(value)?.uri ?? "");
    // a phone that insists on keeping its flow (RFC 5626) or on a GRUU (RFC 5627) is to know that it gets neither
    const unsupported = unsupportedOf(headers.get("require"), ["path"]);
    if (unsupported.length > 0) return refused(420, "Bad Extension", { Unsupported: unsupported.join(", ") });
    const hasCallId = callId !== "" && callId.length <= MAX_CALL_ID_LENGTH;
    if (!hasCallId || !Number.isSafeInteger(sequence)) return refused(400, "Bad Call-ID or CSeq Header");
    if (path.length > MAX_PATH || !path.every(isReachable)) return refused(400, "Bad Path Header");
    if (path.length > 0 && sender === "untrusted") return refused(403, "Path Not Trusted");
    const order = { callId, sequence, path, source };
    if (values.includes("*")) {
        // RFC 3261, section 10.2.2: alone, and to remove
        const isRemoval = values.length === 1 && overall === 0;
        return isRemoval ? { ...order, contacts: "all" } : refused(400, "Bad Contact Header");
    }
    const contacts = values.map((value) => {
        const address = parseNameAddress(value);
        return { uri: address?.uri ?? "", seconds: deltaSecondsIn(address?.params.get("expires")) ?? overall };
    });
    return contacts.every(({ uri }) => isReachable(uri)) ? { ...order, contacts } : refused(400, "Bad Contact Header");
}

/**
 * RFC 3261, section 10.3, steps 6 and 7: all of the order or nothing. Where an account has its limit of contacts, the one
 * that ends first goes: it is mostly a phone that has got another address since. Who registers now never is it. Pure.
 */
export function bind(
    before: readonly PhoneContact[],
    order: RegisterRequest,
    now: number,
    limits: BindingLimits,
): BindingVerdict {
    const live = before.filter(({ expiresAt }) => expiresAt > now);
    const named = order.contacts === "all" ? live.map(({ uri }) => ({ uri, seconds: 0 })) : order.contacts;
    if (named.length > limits.maxContacts) return refused(403, "Too Many Contacts");
    let contacts = live;
    for (const { uri, seconds = limits.maxSeconds } of named) {
        const known = live.find((contact) => isSameContact(contact.uri, uri));
        // a REGISTER that was overtaken by a later one of the same phone
        if (known?.callId === order.callId && order.sequence <= known.sequence)
            return refused(500, "CSeq Out of Order");
        if (seconds > 0 && seconds < limits.minSeconds) {
            return refused(423, "Interval Too Brief", { "Min-Expires": `${limits.minSeconds}` });
        }
        contacts = contacts.filter((contact) => !isSameContact(contact.uri, uri));
        if (seconds === 0) continue;
        const expiresAt = now + Math.min(seconds, limits.maxSeconds) * 1_000;
        const { callId, sequence, path, source } = order;
        contacts = [...contacts, { uri, callId, sequence, expiresAt, path, source }];
    }
    const isNamed = ({ uri }: PhoneContact): boolean => named.some((each) => isSameContact(each.uri, uri));
    const others = contacts.filter((contact) => !isNamed(contact)).sort((a, b) => b.expiresAt - a.expiresAt);
    return { kind: "done", contacts: [...contacts.filter(isNamed), ...others].slice(0, limits.maxContacts) };
}

/**
 * The 200: all contacts there are now, with what is left of their time (RFC 3261, section 10.3, step 8). Old phones set
 * their clock by it. Pure.
 */
export function registered(contacts: readonly PhoneContact[], order: RegisterRequest, now: number): OutgoingResponse {
    const listed = contacts.map(({ uri, expiresAt }) => `<${uri}>;expires=${Math.ceil((expiresAt - now) / 1_000)}`);
    const path = order.path.map((uri) => `<${uri}>`).join(", ");
    return {
        status: 200,
        headers: {
            Date: new Date(now).toUTCString(),
            ...(listed.length > 0 && { Contact: listed.join(", ") }),
            // RFC 3327, section 5.3
            ...(path !== "" && { Path: path }),
        },
    };
}

/** As far as RFC 3261, section 19.1.4 matters between two contacts of one phone: names of parameters do not, but transport. */
function isSameContact(a: string, b: string): boolean {
    return a === b || keyOf(a) === keyOf(b);
}

function keyOf(uri: string): string {
    const [, hostAndPort = ""] = /^sips?:(?:[^@]*@)?([^;?>]*)/i.exec(uri) ?? [];
    const { scheme = "", user = "", params } = parseUri(uri) ?? {};
    return [scheme, user, hostAndPort.toLowerCase(), params?.get("transport")?.toLowerCase() ?? ""].join(" ");
}

function isReachable(uri: string): boolean {
    const parsed = uri.length <= MAX_URI_LENGTH && !/[\s<>"]/.test(uri) ? parseUri(uri) : undefined;
    return parsed?.scheme === "sip" || parsed?.scheme === "sips";
}

function refused(status: number, reason: string, headers: HeaderFields = {}) {
    return { kind: "refused", response: { status, reason, headers } } as const;
}
