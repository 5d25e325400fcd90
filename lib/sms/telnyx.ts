import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import type { SmsEvent, SmsProfile, WebhookRequest } from "./SmsProfile.ts";

const schema = z.object({
    data: z.object({
        event_type: z.string(),
        payload: z.object({
            id: z.string(),
            from: z.object({ phone_number: z.string() }).optional(),
            to: z.array(z.object({ phone_number: z.string(), status: z.string().optional() })).optional(),
            text: z.string().nullish(),
            media: z
                .array(z.object({ url: z.string(), content_type: z.string().nullish(), size: z.number().nullish() }))
                .nullish(),
        }),
    }),
});

/** An attacker who has recorded an old webhook could send it again. */
const MAX_AGE_MS = 300_000;
/** The DER form of an Ed25519 public key begins so; the 32 bytes of the key follow (RFC 8410). */
const ED25519_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const FAILED = new Set(["sending_failed", "delivery_failed", "delivery_unconfirmed"]);

/** A service with JSON requests, bearer tokens and webhooks signed with Ed25519, as Telnyx documents it (Messaging API v2). */
export const telnyx: SmsProfile = {
    apiUrl: "https://api.telnyx.com",
    path: "/v2/messages",
    format: "json",
    fields: { from: "{from}", to: "{to}", text: "{text}", webhook_url: "{webhook}" },
    mediaField: "media_urls",
    authorization: "bearer",
    idIn: ["data", "id"],
    verify: isSigned,
    read,
    reply: { contentType: "application/json", body: "{}" },
};

/** The signature is of the time and the body, joined by `|`. @param key the public key, in base64 */
function isSigned({ headers, body }: WebhookRequest, key: string, now: number): boolean {
    const timestamp = String(headers["telnyx-timestamp"] ?? "");
    const seconds = Number(timestamp);
    if (!/^[0-9]{1,12}$/.test(timestamp) || Math.abs(now - seconds * 1_000) > MAX_AGE_MS) return false;
    const bytes = Buffer.from(key, "base64");
    if (bytes.length !== 32) return false;
    const publicKey = createPublicKey({ key: Buffer.concat([ED25519_PREFIX, bytes]), format: "der", type: "spki" });
    const signature = Buffer.from(String(headers["telnyx-signature-ed25519"] ?? ""), "base64");
    return verify(null, Buffer.from(`${timestamp}|${body}`), publicKey, signature);
}

function read(body: string): SmsEvent | undefined {
    const webhook = parsed(body);
    if (webhook === undefined) return undefined;
    const { event_type, payload } = webhook.data;
    const [to] = payload.to ?? [];
    switch (event_type) {
        case "message.received": {
            const from = payload.from?.phone_number;
            if (from === undefined || to === undefined) return undefined;
            const media = (payload.media ?? []).map(({ url, content_type, size }) => ({
                url,
                mediaType: content_type ?? "application/octet-stream",
                ...(typeof size === "number" && { bytes: size }),
            }));
            return { kind: "received", id: payload.id, from, to: to.phone_number, text: payload.text ?? "", media };
        }
        case "message.finalized": {
            if (to?.status === "delivered") return { kind: "status", id: payload.id, news: "delivered" };
            if (FAILED.has(to?.status ?? "")) return { kind: "status", id: payload.id, news: "failed" };
            return { kind: "other" };
        }
        default:
            return { kind: "other" };
    }
}

function parsed(body: string): z.infer<typeof schema> | undefined {
    try {
        return schema.safeParse(JSON.parse(body)).data;
    } catch {
        return undefined;
    }
}
