import { answerChallenge } from "../digest/answerChallenge.ts";
import { newCnonce } from "../digest/newCnonce.ts";
import { DigestClient } from "../digest/DigestClient.ts";
import { escapeUser } from "../sipHeaders.ts";
import type { HeaderFields, HeaderLine, IncomingResponse } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";

/** How often one probe is repeated for challenges: of a proxy and of the trunk, and for a stale nonce. */
const MAX_REPEATS = 3;

/** The trunk's credentials for one probe. */
export class ProbeCredentials {
    readonly #address: SipTrunk;
    readonly #digest: DigestClient | undefined;
    #lines: readonly HeaderLine[] = [];
    #repeats = 0;

    constructor(address: SipTrunk) {
        this.#address = address;
        const { credentials } = address;
        this.#digest = credentials && new DigestClient(credentials, newCnonce);
    }

    get lines(): readonly HeaderLine[] {
        return this.#lines;
    }

    /** Whether the response is a challenge that the next probe can answer. */
    answers(response: IncomingResponse): boolean {
        if (this.#repeats >= MAX_REPEATS) return false;
        const request = { method: "OPTIONS", uri: probeUri(this.#address), body: "" };
        const lines = answerChallenge(this.#digest, response, request);
        if (lines === undefined) return false;
        this.#repeats += 1;
        this.#lines = lines;
        return true;
    }
}

/** The Request-URI of a probe. */
export function probeUri({ scheme, domain }: SipTrunk): string {
    return `${scheme}:${domain}`;
}

/** In the name of the account, as every request of a registered client: a PBX counts requests without a user as attacks. */
export function accountHeaders({ scheme, domain, fromDomain, credentials }: SipTrunk): HeaderFields {
    if (credentials === undefined) return {};
    const account = `<${scheme}:${escapeUser(credentials.username)}@${fromDomain ?? domain}>`;
    return { From: account, To: `<${scheme}:${domain}>` };
}
