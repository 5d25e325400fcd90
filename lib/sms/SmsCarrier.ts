import type { Message } from "../message/Message.ts";
import { splitText } from "../message/splitText.ts";
import type { FileLinks } from "../ports/FileLinks.ts";
import type { Log } from "../ports/Log.ts";
import type { DeliveryAttempt, DeliveryResult, RoutedCarrier } from "../ports/MessageCarrier.ts";
import type { MessageRoute } from "../ports/MessageRouting.ts";
import type { SmsService } from "./SmsProfile.ts";

export interface SmsCarrierParts {
    readonly services: readonly SmsService[];
    /** URL of a service's webhook, for its reports on a message. */
    readonly webhookUrl: (service: string) => string;
    readonly links: FileLinks | undefined;
    readonly log: Log;
}

const TIMEOUT_MS = 20_000;
/** Services accept 1,600 characters and divide them into SMS themselves. */
const MAX_TEXT_BYTES = 1_500;
/** Statuses after which the same request can succeed later, in addition to 5xx. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429]);

/** Sends messages through SMS services over HTTP. */
export class SmsCarrier implements RoutedCarrier {
    readonly #parts: SmsCarrierParts;
    readonly #services: ReadonlyMap<string, SmsService>;

    constructor(parts: SmsCarrierParts) {
        this.#parts = parts;
        this.#services = new Map(parts.services.map((service) => [service.name, service]));
    }

    /** Whether it is a service of this carrier. */
    serves(name: string): boolean {
        return this.#services.has(name);
    }

    async deliver(
        { message, partsSent, onPartsAccepted }: DeliveryAttempt,
        route: Extract<MessageRoute, { readonly kind: "phones" | "networks" }>,
    ): Promise<DeliveryResult> {
        const service = route.kind === "networks" ? this.#services.get(route.names[0]) : undefined;
        if (service === undefined || message.party.kind !== "number")
            return { kind: "rejected", cause: "unknownRecipient" };
        const from = service.senders.get(message.user) ?? service.sender;
        if (from === undefined) return { kind: "rejected", cause: "notAllowed" };
        const { texts, media } = this.#contentOf(message);
        let result: DeliveryResult = { kind: "rejected", cause: "internalError" };
        for (const [index, text] of texts.entries()) {
            if (index < partsSent) continue;
            const isLast = index === texts.length - 1;
            result = await this.#send(service, { from, to: message.party.number, text }, isLast ? media : []);
            if (result.kind !== "accepted" || isLast) return result;
            onPartsAccepted(index + 1);
        }
        return result;
    }

    /** A sender of an SMS learns nothing of what becomes of it. */
    confirm(): Promise<void> {
        return Promise.resolve();
    }

    reportFailure(): Promise<void> {
        return Promise.resolve();
    }

    #contentOf({ id, content, acceptedAt }: Message): {
        readonly texts: readonly string[];
        readonly media: readonly string[];
    } {
        switch (content.kind) {
            case "file": {
                const link = this.#parts.links?.linkTo(id, content, acceptedAt).url;
                if (link === undefined) return { texts: [`${content.text}\n${content.name}`.trim()], media: [] };
                return { texts: [content.text], media: [link] };
            }
            case "location":
                return { texts: splitText(`${content.text}\n${content.uri}`.trim(), MAX_TEXT_BYTES), media: [] };
            case "text":
            case "notice":
                return { texts: splitText(content.text, MAX_TEXT_BYTES), media: [] };
            case "dropped":
                return { texts: [], media: [] };
        }
    }

    async #send(
        service: SmsService,
        values: { readonly from: string; readonly to: string; readonly text: string },
        media: readonly string[],
    ): Promise<DeliveryResult> {
        const { profile, apiUrl, account, apiKey, name } = service;
        const all = { ...values, account, webhook: this.#parts.webhookUrl(name) };
        const fields = Object.entries({ ...profile.fields, ...service.fields }).map(
            ([field, template]) => [field, filled(template, all)] as const,
        );
        try {
            const response = await fetch(`${apiUrl}${filled(profile.path, all)}`, {
                method: "POST",
                redirect: "error",
                signal: AbortSignal.timeout(TIMEOUT_MS),
                headers: {
                    ...authorization(profile.authorization, account, apiKey),
                    "Content-Type":
                        profile.format === "json" ? "application/json" : "application/x-www-form-urlencoded",
                },
                body:
                    profile.format === "json"
                        ? jsonBody(fields, profile.mediaField, media)
                        : formBody(fields, profile.mediaField, media),
            });
            return await this.#resultOf(response, service);
        } catch (error) {
            this.#parts.log.warn("SMS service not reached", { service: name, error });
            return { kind: "unavailable" };
        }
    }

    async #resultOf(response: Response, { profile, name }: SmsService): Promise<DeliveryResult> {
        const { status } = response;
        if (response.ok) {
            const id = valueAt(await response.json(), profile.idIn);
            // without one, reports on the message cannot be matched; it is sent all the same
            return { kind: "accepted", reference: typeof id === "string" ? `${name} ${id}` : "", by: "network" };
        }
        await response.body?.cancel();
        this.#parts.log.info("message rejected by the SMS service", { service: name, status });
        if (status >= 500 || TEMPORARY.has(status)) {
            const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
            return { kind: "unavailable", ...(seconds > 0 && { retryAfterMs: seconds * 1_000 }) };
        }
        if (status === 401 || status === 403) {
            this.#parts.log.warn("SMS service rejects the credentials", {
                service: name,
                status,
                hint: "check apiKey and account",
            });
        }
        return {
            kind: "rejected",
            cause: status === 404 || status === 422 || status === 400 ? "unknownRecipient" : "rejected",
        };
    }
}

function authorization(
    kind: SmsService["profile"]["authorization"],
    account: string,
    apiKey: string,
): Readonly<Record<string, string>> {
    if (typeof kind === "object") return { [kind.header]: apiKey };
    if (kind === "bearer") return { Authorization: `Bearer ${apiKey}` };
    return { Authorization: `Basic ${Buffer.from(`${account}:${apiKey}`).toString("base64")}` };
}

/** @param template with names in braces */
function filled(template: string, values: Readonly<Record<string, string>>): string {
    return template.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

function jsonBody(
    fields: readonly (readonly [string, string])[],
    mediaField: string,
    media: readonly string[],
): string {
    return JSON.stringify({ ...Object.fromEntries(fields), ...(media.length > 0 && { [mediaField]: media }) });
}

function formBody(
    fields: readonly (readonly [string, string])[],
    mediaField: string,
    media: readonly string[],
): string {
    const params = new URLSearchParams(Object.fromEntries(fields));
    for (const url of media) params.append(mediaField, url);
    return params.toString();
}

function valueAt(value: unknown, path: readonly string[]): unknown {
    return path.reduce<unknown>(
        (found, key) =>
            typeof found === "object" && found !== null ? (found as Record<string, unknown>)[key] : undefined,
        value,
    );
}
