import { registrationText } from "../../lib/config/registration.ts";

const HEADER = `# What tells a homeserver of the bridge. Do not copy this: the bridge writes one with tokens of its own, by
#   matrix-appservice-sip --generate-registration --url http://127.0.0.1:9995 -c config.yaml -f registration.yaml
# where --url is the place at which the homeserver reaches the bridge. The second namespace is there only with
# matrix.joinAsCallee, which lets the bridge join a called user to the room of the call.
`;

/** A registration as an illustration, with placeholders instead of tokens. */
export function registrationExample(): string {
    const choices = {
        homeserver: { domain: "matrix.example" },
        matrix: { ghostPrefix: "sip_", joinAsCallee: true },
        messaging: { readReceipts: false, typing: false },
    };
    const tokens = { asToken: "<random>", hsToken: "<random>" };
    return HEADER + registrationText(choices, "http://127.0.0.1:9995", tokens);
}
