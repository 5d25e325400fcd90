import type { HeaderFields, SipHeaders } from "../SipStack.ts";
import { MIN_SE_S } from "../sipCapabilities.ts";

/** That it falls to us to refresh a session (RFC 4028), and how. */
export interface RefreshDuty {
    readonly seconds: number;
    /** UPDATE leaves the media alone, but not everybody takes it. */
    readonly method: "UPDATE" | "INVITE";
}

/** Our duty in a call we placed: what the 2xx says counts. A peer that knows of no timers is refreshed for both. Pure. */
export function dutyOfCaller(invite: SipHeaders, ok: SipHeaders): RefreshDuty | undefined {
    const agreed = sessionExpiresIn(ok) ?? sessionExpiresIn(invite);
    if (agreed === undefined || (sessionExpiresIn(ok) !== undefined && agreed.refresher === "uas")) return undefined;
    return { seconds: agreed.seconds, method: methodFor(ok) };
}

/** Our duty in a call we took: what the SIP server answers to this INVITE, or to a later request like it. Pure. */
export function dutyOfCallee(invite: SipHeaders): RefreshDuty | undefined {
    const asked = sessionExpiresIn(invite);
    if (asked === undefined || (knowsTimers(invite) && asked.refresher !== "uas")) return undefined;
    return { seconds: Math.max(MIN_SE_S, asked.seconds), method: methodFor(invite) };
}

/** Session-Expires for a re-INVITE of the bridge in a call that it placed: without it the timer would be off. Pure. */
export function timerOfCaller(invite: SipHeaders, ok: SipHeaders): HeaderFields {
    const agreed = sessionExpiresIn(ok) ?? sessionExpiresIn(invite);
    if (agreed === undefined) return {};
    const isPeers = sessionExpiresIn(ok)?.refresher === "uas";
    return { "Session-Expires": `${agreed.seconds};refresher=${isPeers ? "uas" : "uac"}` };
}

/** The same in a call that the bridge received: its re-INVITE swaps the roles. Pure. */
export function timerOfCallee(invite: SipHeaders): HeaderFields {
    const asked = sessionExpiresIn(invite);
    if (asked === undefined) return {};
    const seconds = Math.max(MIN_SE_S, asked.seconds);
    return { "Session-Expires": `${seconds};refresher=${dutyOfCallee(invite) === undefined ? "uas" : "uac"}` };
}

/**
 * What our 2xx to a refresh of the peer's says (RFC 4028, section 9). A drachtio-server leaves that to us, but counts on the
 * next refresh: a peer that hears nothing of the session's time sends none, and would be hung up on. Pure.
 */
export function grantOf(refresh: SipHeaders): HeaderFields {
    const asked = sessionExpiresIn(refresh);
    if (asked === undefined || !knowsTimers(refresh)) return {};
    return { "Session-Expires": `${asked.seconds};refresher=${asked.refresher === "uas" ? "uas" : "uac"}` };
}

function knowsTimers(peer: SipHeaders): boolean {
    return /\btimer\b/i.test(`${peer.get("supported") ?? ""},${peer.get("require") ?? ""}`);
}

function sessionExpiresIn(
    headers: SipHeaders,
): { readonly seconds: number; readonly refresher: string | undefined } | undefined {
    const header = headers.get("session-expires") ?? "";
    const seconds = Number(/^\s*([0-9]{1,9})\s*(?:;|$)/.exec(header)?.[1] ?? 0);
    if (seconds === 0) return undefined;
    return { seconds, refresher: /;\s*refresher\s*=\s*(\w+)/i.exec(header)?.[1]?.toLowerCase() };
}

function methodFor(peer: SipHeaders): RefreshDuty["method"] {
    return /\bUPDATE\b/.test(peer.get("allow") ?? "") ? "UPDATE" : "INVITE";
}
