import type { Config } from "./Config.generated.ts";

/** What a peer, trunk or account has shown that its messages can contain: `{ cpim: "used", imdn: "rejected" }`. */
type SeenFeatures = Readonly<Partial<Record<string, "used" | "rejected">>>;

/** What the configuration says about messages, in one line. */
export function describeMessaging({ messaging: { allow, services, web } }: Config): string {
    const rules = `${allow.length} ${allow.length === 1 ? "rule" : "rules"}`;
    return [
        allow.length === 0 ? "are received only: no rule allows to send any" : rules,
        ...(services.length > 0 ? [`SMS by ${services.map(({ name }) => name).join(", ")}`] : []),
        ...(web === undefined ? [] : [`web listener for ${web.publicUrl}`]),
    ].join(", ");
}

/** What each peer, trunk and account supports in addition to plain text, as far as it has shown it. One line for each. */
export function describeFeatures(seen: Readonly<Record<string, SeenFeatures>>): readonly string[] {
    return Object.entries(seen).map(([peer, features]) => {
        const named = Object.entries(features).map(([feature, state]) =>
            state === "used" ? feature : `no ${feature}`,
        );
        return `${peer}: plain text, ${named.join(", ")}`;
    });
}
