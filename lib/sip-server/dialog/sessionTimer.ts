import type { Headers } from "../sip/Headers.ts";

/** Which side sends the refreshes (RFC 4028). */
export type Refresher = "uac" | "uas";

/** A Session-Expires header: seconds, and who refreshes if it names a refresher. */
export interface SessionExpires {
    readonly seconds: number;
    readonly refresher: Refresher | undefined;
}

/** What the two sides agreed on: we refresh, or we expect the peer to. */
export interface SessionTimer {
    readonly seconds: number;
    readonly weRefresh: boolean;
}

/** The server's own settings. */
export interface SessionTimerPolicy {
    /** Min-SE: shorter intervals are refused 422. RFC 4028 5 requires at least 90. */
    readonly minSeconds: number;
    /** Who refreshes if the peer leaves it to us. */
    readonly refresher: Refresher;
}

export const standardSessionTimerPolicy: SessionTimerPolicy = { minSeconds: 90, refresher: "uac" };

export function readSessionExpires(headers: Headers): SessionExpires | undefined {
    const [seconds = "", ...params] = (headers.get("Session-Expires") ?? "").split(";").map((part) => part.trim());
    if (!/^[0-9]{1,9}$/.test(seconds) || Number(seconds) === 0) return undefined;
    const refresher = params
        .find((param) => param.toLowerCase().startsWith("refresher="))
        ?.slice(10)
        .toLowerCase();
    const known = refresher === "uac" || refresher === "uas" ? refresher : undefined;
    return { seconds: Number(seconds), refresher: known };
}

export function formatSessionExpires(seconds: number, refresher: Refresher): string {
    return `${seconds};refresher=${refresher}`;
}

/** The Min-SE a request with too short a session interval is refused with (422), else undefined (RFC 4028 9). */
export function intervalTooSmall(request: Headers, policy: SessionTimerPolicy): number | undefined {
    const asked = readSessionExpires(request);
    return asked !== undefined && asked.seconds < policy.minSeconds && supportsTimer(request)
        ? policy.minSeconds
        : undefined;
}

/** The answer of a UAS: the timer, and the headers of its 2xx. */
export interface UasAnswer {
    readonly timer: SessionTimer;
    readonly sessionExpires: string;
    /** The peer has to know that refreshes are expected of it. */
    readonly requireTimer: boolean;
}

/**
 * What a UAS makes of a session refresh request (RFC 4028 9): the application's own Session-Expires counts most, but may
 * not exceed the peer's; without it the peer's wish is granted. A peer that does not support timers is refreshed by us,
 * if the application uses a timer at all.
 */
export function answerAsUas(request: Headers, response: Headers, policy: SessionTimerPolicy): UasAnswer | undefined {
    const asked = readSessionExpires(request);
    const own = readSessionExpires(response);
    if (asked === undefined && own === undefined) return undefined;
    const least = Math.max(policy.minSeconds, minSe(request));
    const wished = Math.min(own?.seconds ?? Infinity, asked?.seconds ?? Infinity);
    const seconds = Math.max(least, wished);
    const capable = supportsTimer(request);
    const refresher = capable ? (asked?.refresher ?? own?.refresher ?? policy.refresher) : "uas";
    return {
        timer: { seconds, weRefresh: refresher === "uas" },
        sessionExpires: formatSessionExpires(seconds, refresher),
        requireTimer: capable && refresher === "uac",
    };
}

/**
 * What a UAC makes of the 2xx to its session refresh request (RFC 4028 7.2): the response decides. If the peer knows of
 * no timers, but we asked for one, we refresh for both.
 */
export function readAsUac(request: Headers, response: Headers): SessionTimer | undefined {
    const agreed = readSessionExpires(response);
    if (agreed !== undefined) return { seconds: agreed.seconds, weRefresh: agreed.refresher !== "uas" };
    const asked = readSessionExpires(request);
    return asked === undefined ? undefined : { seconds: asked.seconds, weRefresh: true };
}

/** When we refresh, in milliseconds from the last refresh: half time (RFC 4028 10). */
export function refreshAfter({ seconds }: SessionTimer): number {
    return seconds * 500;
}

/** When we give a session up whose refresh did not come: shortly before its end (RFC 4028 10), so that the BYE is in time. */
export function expireAfter({ seconds }: SessionTimer): number {
    return (seconds - Math.min(32, Math.floor(seconds / 3))) * 1000;
}

/** Min-SE of a message in seconds; 0 without one. */
export function minSe(headers: Headers): number {
    const [seconds = ""] = (headers.get("Min-SE") ?? "").split(";");
    return /^[0-9]{1,9}$/.test(seconds.trim()) ? Number(seconds) : 0;
}

function supportsTimer(headers: Headers): boolean {
    return [...headers.list("Supported"), ...headers.list("Require")].some((tag) => tag.toLowerCase() === "timer");
}
