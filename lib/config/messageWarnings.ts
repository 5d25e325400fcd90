import type { Config } from "./Config.generated.ts";

/** What the configuration of messages allows, but does not work as its operator probably means. Pure. */
export function messageWarnings({ messaging: { services, web } }: Pick<Config, "messaging">): string[] {
    const isPlain =
        web?.publicUrl.startsWith("http:") === true && !/^http:\/\/(?:127\.|\[::1\]|localhost)/.test(web.publicUrl);
    return [
        ...(services.length > 0 && web === undefined
            ? ["messaging.services: nothing is sent or received, because messaging.web is not set; set it"]
            : []),
        ...(isPlain
            ? [
                  "messaging.web.publicUrl: files and messages are sent over the network without encryption; use https with a reverse proxy",
              ]
            : []),
        ...services.flatMap(({ profile, account, webhookKey }, index) => {
            const where = `messaging.services[${index}]`;
            if (profile === "telnyx" && webhookKey === undefined) {
                return [`${where}: every webhook will be rejected; set webhookKey to the public key of the account`];
            }
            if (profile === "twilio" && account === "") {
                return [`${where}: every request will be rejected; set account to the account's identifier`];
            }
            return [];
        }),
    ];
}
