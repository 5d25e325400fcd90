import type { IncomingMessage, ServerResponse } from "node:http";
import type { Message } from "../message/Message.ts";
import type { MessageContent } from "../message/MessageContent.ts";
import { SenderAllowance, type SenderLimit } from "../message/SenderAllowance.ts";
import type { MessageId } from "../message/vocabulary.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import { PatternIndex } from "../numbering/PatternIndex.ts";
import { parsePhoneNumber } from "../numbering/PhoneNumber.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { MessageIntake } from "../ports/MessageIntake.ts";
import type { MessageTelemetry } from "../ports/MessageTelemetry.ts";
import type { SmsEvent, SmsService } from "./SmsProfile.ts";

export interface SmsWebhooksParts {
    readonly services: readonly SmsService[];
    readonly webhookUrl: (service: string) => string;
    readonly recipientOf: (dialled: RemoteParty, service: string) => MatrixUserId | undefined;
    readonly intake: MessageIntake;
    readonly limit: SenderLimit;
    /** Senders whose messages are not accepted, as in `PatternIndex`. */
    readonly blocked: readonly string[];
    readonly telemetry: MessageTelemetry;
    readonly clock: Clock;
    readonly log: Log;
}

/** Path prefix of webhooks. */
export const SMS_PATH = "sms";
const MAX_BODY_BYTES = 262_144;

/** Receives messages and delivery reports of SMS services, at `POST /sms/<service>`. */
export class SmsWebhooks {
    readonly #parts: SmsWebhooksParts;
    readonly #services: ReadonlyMap<string, SmsService>;
    readonly #allowance: SenderAllowance;
    readonly #blocked: PatternIndex<true>;

    constructor(parts: SmsWebhooksParts) {
        this.#parts = parts;
        this.#services = new Map(parts.services.map((service) => [service.name, service]));
        this.#allowance = new SenderAllowance(parts.limit);
        this.#blocked = new PatternIndex(parts.blocked.map((pattern) => [pattern, true] as const));
    }

    async serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
        const service = this.#services.get(url.pathname.split("/")[2] ?? "");
        if (service === undefined) {
            end(response, 404);
            return;
        }
        if (request.method !== "POST") {
            end(response, 405);
            return;
        }
        const body = await bodyOf(request);
        if (body === undefined) {
            end(response, 413);
            return;
        }
        const { log, telemetry, clock, webhookUrl } = this.#parts;
        const signed = { url: `${webhookUrl(service.name)}${url.search}`, headers: request.headers, body };
        if (!service.profile.verify(signed, service.webhookKey, clock.now())) {
            telemetry.messageRefused("inbound", "bad signature");
            log.warn("webhook rejected: bad signature", {
                service: service.name,
                hint: "check the key and messaging.web.publicUrl",
            });
            end(response, 403);
            return;
        }
        const event = service.profile.read(body);
        if (event === undefined) {
            end(response, 400);
            return;
        }
        // the service repeats what is not confirmed
        const status = await this.#act(service, event);
        if (status !== 200) {
            end(response, status);
            return;
        }
        response.writeHead(200, { "Content-Type": service.profile.reply.contentType }).end(service.profile.reply.body);
    }

    async #act(service: SmsService, event: SmsEvent): Promise<number> {
        switch (event.kind) {
            case "received":
                return this.#receive(service, event);
            case "status": {
                const news =
                    event.news === "delivered"
                        ? ({ kind: "delivered" } as const)
                        : ({ kind: "notDelivered", cause: "rejected" } as const);
                this.#parts.intake.receipt("outbound", `${service.name} ${event.id}`, news);
                return 200;
            }
            case "other":
                return 200;
        }
    }

    async #receive(service: SmsService, event: Extract<SmsEvent, { kind: "received" }>): Promise<number> {
        const { recipientOf, log, telemetry, clock } = this.#parts;
        const to = parsePhoneNumber(event.to);
        const from = parsePhoneNumber(event.from);
        const user = to && recipientOf({ kind: "number", number: to }, service.name);
        const party: RemoteParty = from === undefined ? { kind: "anonymous" } : { kind: "number", number: from };
        if (user === undefined || (from !== undefined && this.#blocked.has(from))) {
            // confirmed, because the service would repeat it
            telemetry.messageRefused("inbound", user === undefined ? "unknown recipient" : "blocked");
            log.info("SMS dropped", {
                service: service.name,
                reason: user === undefined ? "number not mapped" : "blocked",
            });
            return 200;
        }
        if (this.#allowance.take(from ?? "anonymous", clock.now()).kind === "limited") {
            telemetry.messageRefused("inbound", "rate limit");
            return 429;
        }
        const contents = contentsOf(event);
        const stored = contents.map((content, index) =>
            this.#accept(service, event.id, index, { user, party, content }),
        );
        const results = await Promise.allSettled(stored);
        return results.every(({ status }) => status === "fulfilled") ? 200 : 503;
    }

    async #accept(
        { name }: SmsService,
        reference: string,
        index: number,
        { user, party, content }: Pick<Message, "user" | "party" | "content">,
    ): Promise<void> {
        const { intake, clock } = this.#parts;
        const acceptance = intake.accept({
            id: `sms-${name}-${reference}-${index}` as MessageId,
            direction: "inbound",
            user,
            party,
            content,
            acceptedAt: clock.now(),
            receipts: [],
            origin: { network: "http", service: name, reference },
        });
        if (acceptance.kind === "refused") throw new Error("not accepted");
        if (acceptance.kind === "accepted") await acceptance.stored;
    }
}

/** One message for the text, or one for each file, of which the first has the text. */
function contentsOf({ text, media }: Extract<SmsEvent, { kind: "received" }>): readonly MessageContent[] {
    if (media.length === 0) return text === "" ? [] : [{ kind: "text", text }];
    return media.map(({ url, mediaType, bytes }, index) => ({
        kind: "file",
        uri: url,
        name: nameIn(url),
        mediaType,
        ...(bytes !== undefined && { bytes }),
        text: index === 0 ? text : "",
    }));
}

function nameIn(url: string): string {
    const last = URL.canParse(url) ? new URL(url).pathname.split("/").at(-1) : undefined;
    return last === undefined || last === "" ? "file" : last.slice(0, 100);
}

/** Undefined if it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request) {
        bytes += (chunk as Buffer).length;
        if (bytes > MAX_BODY_BYTES) return undefined;
        chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString();
}

function end(response: ServerResponse, status: number): void {
    response.writeHead(status).end();
}
