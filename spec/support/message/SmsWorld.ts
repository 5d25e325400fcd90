import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { freePort } from "../../../lab/world/freePort.ts";
import type { Message } from "../../../lib/message/Message.ts";
import type { DeliveryAttempt } from "../../../lib/ports/MessageCarrier.ts";
import { SmsCarrier } from "../../../lib/sms/SmsCarrier.ts";
import type { SmsProfile, SmsService } from "../../../lib/sms/SmsProfile.ts";
import { SMS_PATH, SmsWebhooks } from "../../../lib/sms/SmsWebhooks.ts";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";
import { WebServer } from "../../../lib/web/WebServer.ts";
import { KeptLog } from "../quiet.ts";
import { KeptIntake } from "./KeptIntake.ts";
import { KeptMessageTelemetry } from "./KeptMessageTelemetry.ts";
import { alice } from "./messages.ts";

interface Asked {
    readonly path: string;
    readonly authorization: string | undefined;
    readonly key: string | string[] | undefined;
    readonly type: string | undefined;
    readonly body: string;
}

/** A service's API, as its public documentation describes it: it keeps requests and gives the next of its replies. */
class StandInService {
    readonly asked: Asked[] = [];
    readonly replies: { readonly status: number; readonly body: object; readonly headers?: Record<string, string> }[] =
        [];
    readonly #server: Server;

    constructor() {
        this.#server = createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
                const { authorization, "content-type": type, "x-api-key": key } = request.headers;
                this.asked.push({
                    path: request.url ?? "",
                    authorization,
                    key,
                    type,
                    body: Buffer.concat(chunks).toString(),
                });
                const { status, body, headers } = this.replies.shift() ?? { status: 500, body: {} };
                response
                    .writeHead(status, { "content-type": "application/json", ...headers })
                    .end(JSON.stringify(body));
            });
        });
    }

    async start(): Promise<string> {
        this.#server.listen(0, "127.0.0.1");
        await once(this.#server, "listening");
        return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    }

    stop(): void {
        this.#server.closeAllConnections();
        this.#server.close();
    }
}

export const smsRoute = { kind: "networks", names: ["sms"] } as const;

export const smsAttempt = (message: Message): DeliveryAttempt => ({
    message,
    attempt: 1,
    partsSent: 0,
    onPartsAccepted: () => undefined,
});

/** The bridge's side of an SMS service named `sms`, with a service that stands in for its API. */
export class SmsWorld {
    readonly api = new StandInService();
    readonly intake = new KeptIntake();
    #publicUrl = "";
    #web: WebServer | undefined;

    get publicUrl(): string {
        return this.#publicUrl;
    }

    async start(
        profile: SmsProfile,
        webhookKey: string,
        fields: Readonly<Record<string, string>> = {},
    ): Promise<SmsCarrier> {
        const port = await freePort();
        this.#publicUrl = `http://127.0.0.1:${port}`;
        const log = new KeptLog();
        const service: SmsService = {
            name: "sms",
            profile,
            apiUrl: await this.api.start(),
            account: "AC1",
            apiKey: "secret",
            webhookKey,
            senders: new Map([["@bob:matrix.example", "+442071838752"]]),
            sender: "+442071838751",
            fields,
        };
        const webhookUrl = (name: string): string => `${this.#publicUrl}/${SMS_PATH}/${name}`;
        const webhooks = new SmsWebhooks({
            services: [service],
            webhookUrl,
            recipientOf: (dialled) =>
                dialled.kind === "number" && dialled.number === "+442071838751" ? alice : undefined,
            intake: this.intake,
            limit: { perMinute: 60, burst: 10 },
            blocked: [],
            telemetry: new KeptMessageTelemetry(),
            clock: systemClock,
            log,
        });
        const handlers = new Map([[SMS_PATH, webhooks.serve.bind(webhooks)]]);
        this.#web = new WebServer({ host: "127.0.0.1", port, handlers, log });
        await this.#web.start();
        const links = { linkTo: () => ({ url: "https://files.example/x", expiresAt: "" }) };
        return new SmsCarrier({ services: [service], webhookUrl, links, log });
    }

    async post(
        body: string,
        headers: Record<string, string>,
        query = "",
    ): Promise<{ readonly status: number; readonly text: string }> {
        const response = await fetch(`${this.#publicUrl}/sms/sms${query}`, { method: "POST", body, headers });
        return { status: response.status, text: await response.text() };
    }

    async stop(): Promise<void> {
        this.api.stop();
        await this.#web?.stop();
    }
}
