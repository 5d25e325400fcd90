import { childOf, parseXml } from "./xmlDocument.ts";

/** That somebody is typing (RFC 3994). */
export interface Composing {
    readonly state: "active" | "idle";
    /** How long `active` holds without a refresh, in ms. */
    readonly holdsMs: number;
}

export const IS_COMPOSING_MEDIA_TYPE = "application/im-iscomposing+xml";

/** RFC 3994, section 3.3: 120 s if the sender gives no time. */
const DEFAULT_REFRESH_S = 120;
const MAX_REFRESH_S = 600;

/** Parses an isComposing body; undefined if it is none. Unknown states are idle (RFC 3994, section 3.2). */
export function parseIsComposing(body: string): Composing | undefined {
    const root = parseXml(body);
    if (root?.name !== "isComposing") return undefined;
    const refresh = Number.parseInt(childOf(root, "refresh")?.text ?? "", 10);
    const seconds = refresh > 0 ? Math.min(refresh, MAX_REFRESH_S) : DEFAULT_REFRESH_S;
    return {
        state: childOf(root, "state")?.text.toLowerCase() === "active" ? "active" : "idle",
        holdsMs: seconds * 1_000,
    };
}

/** Writes an isComposing body. */
export function composeIsComposing({ state, holdsMs }: Composing): string {
    return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing">',
        `<state>${state}</state>`,
        "<contenttype>text/plain</contenttype>",
        ...(state === "active" ? [`<refresh>${Math.round(holdsMs / 1_000)}</refresh>`] : []),
        "</isComposing>",
    ].join("\r\n");
}
