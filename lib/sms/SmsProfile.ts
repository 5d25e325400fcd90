/** An SMS service: what is configured for one. */
export interface SmsService {
    readonly name: string;
    readonly profile: SmsProfile;
    /** Base URL of its API. */
    readonly apiUrl: string;
    /** Account identifier, for services that have one. */
    readonly account: string;
    readonly apiKey: string;
    /** Key that verifies its webhooks; the API key if the service has no other. */
    readonly webhookKey: string;
    /** Number that messages are sent from, by Matrix user, and for all others. */
    readonly senders: ReadonlyMap<string, string>;
    readonly sender: string | undefined;
    /** Further fields of a request, as templates. */
    readonly fields: Readonly<Record<string, string>>;
}

/** How a kind of service is spoken to. Templates hold `{from}`, `{to}`, `{text}`, `{account}` and `{webhook}`. */
export interface SmsProfile {
    readonly apiUrl: string;
    /** Template of the path. */
    readonly path: string;
    readonly format: "json" | "form";
    /** Templates of the fields. */
    readonly fields: Readonly<Record<string, string>>;
    /** Field with the URLs of media (MMS); it is left out if there are none. */
    readonly mediaField: string;
    /** How the API key is sent: in Authorization, or in a header of its own. */
    readonly authorization: "bearer" | "basic" | { readonly header: string };
    /** Where the response, a JSON object, has the message's identifier. */
    readonly idIn: readonly string[];
    /** Whether a webhook was signed by the service. Must compare in constant time. */
    readonly verify: (request: WebhookRequest, key: string, now: number) => boolean;
    /** What a verified webhook reports; undefined if it is in no known form. */
    readonly read: (body: string) => SmsEvent | undefined;
    /** The response to a webhook. */
    readonly reply: { readonly contentType: string; readonly body: string };
}

export interface WebhookRequest {
    /** The URL that the service was given, with its query. */
    readonly url: string;
    /** Names in lower case. */
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
    readonly body: string;
}

export type SmsEvent =
    | {
          readonly kind: "received";
          readonly id: string;
          readonly from: string;
          readonly to: string;
          readonly text: string;
          readonly media: readonly SmsMedia[];
      }
    | { readonly kind: "status"; readonly id: string; readonly news: "delivered" | "failed" }
    /** Nothing that is passed on. */
    | { readonly kind: "other" };

export interface SmsMedia {
    readonly url: string;
    readonly mediaType: string;
    readonly bytes?: number;
}
