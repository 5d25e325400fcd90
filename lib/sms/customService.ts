import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { SmsEvent, SmsMedia, SmsProfile, WebhookRequest } from "./SmsProfile.ts";

/** How a service is spoken to that is none of the known kinds. Paths such as `data.0.id` lead through JSON or to a form field. */
export interface CustomService {
    /** Template of the requests' path. */
    readonly path: string;
    readonly format: "json" | "form";
    readonly authorization: "bearer" | "basic";
    /** Header that has the API key, instead of Authorization. */
    readonly keyHeader?: string;
    readonly mediaField: string;
    /** Where a response has the identifier of the message. */
    readonly id: string;
    /** Header with the HMAC-SHA256 of a webhook's body; without it, the webhook's URL has the key as `token`. */
    readonly signatureHeader?: string;
    /** Where a webhook with a message has its parts. */
    readonly received: {
        readonly id: string;
        readonly from: string;
        readonly to: string;
        readonly text: string;
        readonly media?: string;
    };
    /** Where a delivery report has its parts, and the statuses that mean something. */
    readonly report?: {
        readonly id: string;
        readonly status: string;
        readonly delivered: readonly string[];
        readonly failed: readonly string[];
    };
}

/** MMS have ten at most. */
const MAX_MEDIA = 10;

/** The profile of a service that is described in the configuration. `apiUrl` and all fields are configured with it. */
export function customProfile(service: CustomService): SmsProfile {
    const { path, format, authorization, keyHeader, mediaField, id } = service;
    return {
        apiUrl: "",
        path,
        format,
        fields: {},
        mediaField,
        authorization: keyHeader === undefined ? authorization : { header: keyHeader },
        idIn: id.split("."),
        verify: (request, key) => isVerified(service, request, key),
        read: (body) => read(service, body),
        reply: { contentType: "application/json", body: "{}" },
    };
}

function isVerified({ signatureHeader }: CustomService, { url, headers, body }: WebhookRequest, key: string): boolean {
    if (signatureHeader === undefined) return isSame(new URL(url).searchParams.get("token") ?? "", key);
    const given = String(headers[signatureHeader.toLowerCase()] ?? "").replace(/^sha256=/i, "");
    const expected = createHmac("sha256", key).update(body).digest();
    const isHex = /^[0-9a-f]{64}$/i.test(given);
    return isSame(Buffer.from(given, isHex ? "hex" : "base64").toString("hex"), expected.toString("hex"));
}

/** In constant time, also for texts of different lengths. */
function isSame(given: string, expected: string): boolean {
    const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
    return timingSafeEqual(digest(given), digest(expected));
}

function read({ received, report }: CustomService, body: string): SmsEvent | undefined {
    const values = parsed(body);
    if (values === undefined) return undefined;
    const status = report === undefined ? "" : textAt(values, report.status);
    if (report !== undefined && status !== "") {
        const id = textAt(values, report.id);
        if (report.delivered.includes(status)) return { kind: "status", id, news: "delivered" };
        if (report.failed.includes(status)) return { kind: "status", id, news: "failed" };
    }
    const [id, from, to] = [received.id, received.from, received.to].map((path) => textAt(values, path));
    if (id === undefined || from === undefined || to === undefined) return undefined;
    if (id === "" || from === "" || to === "") return { kind: "other" };
    return {
        kind: "received",
        id,
        from,
        to,
        text: textAt(values, received.text),
        media: received.media === undefined ? [] : mediaIn(valueAt(values, received.media)),
    };
}

/** URLs of files, or objects that have one. */
function mediaIn(value: unknown): readonly SmsMedia[] {
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    return all.slice(0, MAX_MEDIA).flatMap((item) => {
        const url = typeof item === "string" ? item : textAt(item, "url");
        return url === "" ? [] : [{ url, mediaType: textAt(item, "content_type") || "application/octet-stream" }];
    });
}

/** The body of a webhook: JSON, or the fields of a form. */
function parsed(body: string): unknown {
    if (!/^\s*[[{]/.test(body)) return Object.fromEntries(new URLSearchParams(body));
    try {
        return JSON.parse(body) as unknown;
    } catch {
        return undefined;
    }
}

/** Empty if there is no text or number. */
function textAt(value: unknown, path: string): string {
    const found = valueAt(value, path);
    return typeof found === "string" || typeof found === "number" ? String(found) : "";
}

function valueAt(value: unknown, path: string): unknown {
    return path.split(".").reduce<unknown>((found, key) => {
        if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
        return (found as Readonly<Record<string, unknown>>)[key];
    }, value);
}
