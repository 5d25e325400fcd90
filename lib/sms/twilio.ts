import { createHmac, timingSafeEqual } from "node:crypto";
import type { SmsEvent, SmsMedia, SmsProfile, WebhookRequest } from "./SmsProfile.ts";

/** MMS have ten at most. */
const MAX_MEDIA = 10;

/** A service with form requests, basic authentication and webhooks signed with HMAC-SHA1, as Twilio documents it (2010-04-01). */
export const twilio: SmsProfile = {
    apiUrl: "https://api.twilio.com",
    path: "/2010-04-01/Accounts/{account}/Messages.json",
    format: "form",
    fields: { From: "{from}", To: "{to}", Body: "{text}", StatusCallback: "{webhook}" },
    mediaField: "MediaUrl",
    authorization: "basic",
    idIn: ["sid"],
    verify: isSigned,
    read,
    reply: { contentType: "text/xml", body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' },
};

/** The signature is of the URL and all parameters, sorted by name. */
function isSigned({ url, headers, body }: WebhookRequest, key: string): boolean {
    const params = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const signed = url + params.map(([name, value]) => name + value).join("");
    const expected = createHmac("sha1", key).update(signed).digest();
    const given = Buffer.from(String(headers["x-twilio-signature"] ?? ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
}

function read(body: string): SmsEvent | undefined {
    const params = new URLSearchParams(body);
    const id = params.get("MessageSid") ?? params.get("SmsSid");
    if (id === null) return undefined;
    switch (params.get("MessageStatus") ?? params.get("SmsStatus") ?? "received") {
        case "received": {
            const [from, to] = [params.get("From"), params.get("To")];
            if (from === null || to === null) return undefined;
            return { kind: "received", id, from, to, text: params.get("Body") ?? "", media: mediaIn(params) };
        }
        case "delivered":
            return { kind: "status", id, news: "delivered" };
        case "failed":
        case "undelivered":
            return { kind: "status", id, news: "failed" };
        default:
            return { kind: "other" };
    }
}

function mediaIn(params: URLSearchParams): readonly SmsMedia[] {
    const count = Math.min(Number.parseInt(params.get("NumMedia") ?? "0", 10) || 0, MAX_MEDIA);
    return Array.from({ length: count }, (_, index) => ({
        url: params.get(`MediaUrl${index}`) ?? "",
        mediaType: params.get(`MediaContentType${index}`) ?? "application/octet-stream",
    })).filter(({ url }) => url !== "");
}
