import type { Config } from "../config/Config.generated.ts";
import type { DialPlan } from "../numbering/DialPlan.ts";
import type { FileLinks } from "../ports/FileLinks.ts";
import type { Log } from "../ports/Log.ts";
import { customProfile } from "../sms/customService.ts";
import { SmsCarrier } from "../sms/SmsCarrier.ts";
import type { SmsProfile, SmsService } from "../sms/SmsProfile.ts";
import { SMS_PATH, SmsWebhooks } from "../sms/SmsWebhooks.ts";
import { telnyx } from "../sms/telnyx.ts";
import { twilio } from "../sms/twilio.ts";
import { systemClock } from "../telemetry/systemClock.ts";
import type { Messaging } from "./openMessages.ts";

type Service = Config["messaging"]["services"][number];

function profileOf({ profile, custom }: Service): SmsProfile {
    switch (profile) {
        case "telnyx":
            return telnyx;
        case "twilio":
            return twilio;
        case "custom":
            if (custom === undefined) throw new Error("a service with profile custom has no description");
            return customProfile(custom);
    }
}

/** SMS services over HTTP; undefined if none is configured, or if there is no listener for their webhooks. */
export function smsOf({
    config,
    log,
    messaging: { delivery, telemetry },
    links,
    dialPlan,
}: {
    readonly config: Config;
    readonly log: Log;
    readonly messaging: Messaging;
    readonly links: FileLinks | undefined;
    readonly dialPlan: Pick<DialPlan, "routeInbound">;
}): { readonly carrier: SmsCarrier; readonly webhooks: SmsWebhooks } | undefined {
    const { services: configured, web, perMinute, burst, block } = config.messaging;
    if (configured.length === 0 || web === undefined) return undefined;
    const services = configured.map(serviceOf);
    const webhookUrl = (service: string): string => `${web.publicUrl.replace(/\/$/, "")}/${SMS_PATH}/${service}`;
    return {
        carrier: new SmsCarrier({ services, webhookUrl, links, log }),
        webhooks: new SmsWebhooks({
            services,
            webhookUrl,
            recipientOf: (dialled, service) => dialPlan.routeInbound([dialled], service)?.user,
            intake: delivery,
            limit: { perMinute, burst },
            blocked: block,
            telemetry,
            clock: systemClock,
            log,
        }),
    };
}

function serviceOf(service: Service): SmsService {
    const profile = profileOf(service);
    const apiKey = service.apiKey.reveal();
    return {
        name: service.name,
        profile,
        apiUrl: (service.apiUrl ?? profile.apiUrl).replace(/\/$/, ""),
        account: service.account,
        apiKey,
        webhookKey: service.webhookKey ?? apiKey,
        senders: new Map(Object.entries(service.senders)),
        sender: service.sender,
        fields: service.fields,
    };
}
