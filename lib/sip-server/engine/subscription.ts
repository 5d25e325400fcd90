import type { Headers } from "../sip/Headers.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";

/** How long a REFER's subscription lasts without a NOTIFY with another time (RFC 3515 2.4.5 leaves it open). */
const referSeconds = 600;
/** Lifetime of a subscription without Expires. */
const defaultSeconds = 3600;

/** What distinguishes the subscriptions of one dialog: event package and its id (RFC 6665 4.4.1). A REFER's are all one. */
export function subscriptionKey(request: SipRequest): string {
    if (request.method === "REFER") return "refer";
    const [event = "", ...params] = (request.headers.get("Event") ?? "").split(";").map((part) => part.trim());
    const id = params.find((param) => param.toLowerCase().startsWith("id="));
    const name = event.toLowerCase();
    return name === "refer" || id === undefined ? name : `${name};${id.slice(3)}`;
}

/** True for a NOTIFY that ends the subscription. */
export function subscriptionEnds(headers: Headers): boolean {
    return stateOf(headers) === "terminated";
}

/** Remaining lifetime of the subscription according to a NOTIFY. */
export function secondsOfNotify(headers: Headers): number {
    const params = (headers.get("Subscription-State") ?? "").split(";").slice(1);
    const expires = params.map((param) => param.trim().toLowerCase()).find((param) => param.startsWith("expires="));
    return readSeconds(expires?.slice(8)) ?? defaultSeconds;
}

/** How long a subscription was granted for by the 2xx to its request. */
export function subscriptionSeconds(response: SipResponse, request: SipRequest): number {
    if (request.method === "REFER") return referSeconds;
    return (
        readSeconds(response.headers.get("Expires")) ?? readSeconds(request.headers.get("Expires")) ?? defaultSeconds
    );
}

/** Whether the 2xx to a SUBSCRIBE or REFER opens a subscription: a REFER can do without (RFC 4488, section 4). */
export function opensSubscription(response: SipResponse): boolean {
    return (response.headers.get("Refer-Sub") ?? "").trim().toLowerCase() !== "false";
}

function stateOf(headers: Headers): string {
    const [state = ""] = (headers.get("Subscription-State") ?? "").split(";");
    return state.trim().toLowerCase();
}

/** At most a week, whatever was granted: the timer has to end some day. */
function readSeconds(text: string | undefined): number | undefined {
    if (text === undefined || !/^[0-9]{1,10}$/.test(text.trim())) return undefined;
    return Math.min(Number(text), 604_800);
}
