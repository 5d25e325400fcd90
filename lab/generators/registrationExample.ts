import type { MatrixUserId } from "../../lib/numbering/MatrixUserId.ts";
import { registrationText } from "../../lib/config/registration.ts";

const HEADER = `# An application service registration, as an example. Do not copy it. The bridge writes one with random tokens:
#   matrix-appservice-sip --generate-registration --url http://127.0.0.1:9995 -c config.yaml -f registration.yaml
# where --url is the URL at which the homeserver reaches the bridge. The second entry is there only with
# matrix.joinAsCallee: one for each user whom the bridge joins to call rooms.
`;

/** A registration as an illustration, with placeholders instead of tokens. */
export function registrationExample(): string {
    const choices = {
        homeserver: { domain: "matrix.example" },
        matrix: { ghostPrefix: "sip_", joinAsCallee: true } as const,
        calledUsers: ["@alice:matrix.example" as MatrixUserId],
        messaging: { readReceipts: false, typing: false },
    };
    const tokens = { asToken: "<random>", hsToken: "<random>" };
    return HEADER + registrationText(choices, "http://127.0.0.1:9995", tokens);
}
