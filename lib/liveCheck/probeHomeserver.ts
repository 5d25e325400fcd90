import type { Registration } from "../config/registration.ts";
import { explainPing, isPong } from "../matrix/homeserver/pingHomeserver.ts";
import { type Finding, type Result, timed } from "./Finding.ts";
import { askHomeserver, replyFacts, type Reply } from "./HomeserverClient.ts";
import { PingAnswerer } from "./PingAnswerer.ts";

export interface HomeserverProbe {
    readonly url: string;
    /** The name behind the colon of its users. */
    readonly domain: string;
    /** Undefined if there is none yet. */
    readonly registration: Registration | undefined;
    /** Where the bridge listens for the homeserver. */
    readonly listen: { readonly host: string; readonly port: number };
}

const PART = "homeserver";

/** Whether the homeserver is there, knows us, and reaches us. The three questions go out together. */
export async function probeHomeserver(probe: HomeserverProbe): Promise<readonly Finding[]> {
    const { registration, url } = probe;
    const isThere = timed(PART, `versions, ${url}`, () => askVersions(url));
    if (registration === undefined) {
        const advice = "create it with --generate-registration --url URL";
        const result = { kind: "fails", text: "no registration file", advice } as const;
        return [await isThere, { part: PART, tried: "whoami, ping", result }];
    }
    return await Promise.all([
        isThere,
        timed(PART, "whoami with as_token", () => askWhoami(probe, registration)),
        timed(PART, `ping to ${registration.url}`, () => askForPing(probe, registration)),
    ]);
}

async function askVersions(url: string): Promise<Result> {
    const reply = await askHomeserver(url, "GET", "/_matrix/client/versions", undefined);
    const versions = reply.kind === "reply" && reply.status === 200 ? reply.body["versions"] : undefined;
    const newest = Array.isArray(versions) ? (versions as unknown[]).at(-1) : undefined;
    if (typeof newest === "string") return { kind: "works", text: `Matrix ${newest}` };
    return absent(url, reply);
}

async function askWhoami({ url, domain }: HomeserverProbe, registration: Registration): Promise<Result> {
    const { asToken, senderLocalpart, id } = registration;
    const reply = await askHomeserver(url, "GET", "/_matrix/client/v3/account/whoami", asToken.reveal());
    if (reply.kind === "none") return absent(url, reply);
    const user = reply.body["user_id"];
    if (typeof user !== "string") {
        const meaning = explainPing(replyFacts(reply), { homeserverUrl: url, registration: plain(registration) });
        const advice = meaning.kind === "unsupported" ? `check homeserver.url (${url})` : meaning.message;
        return { kind: "fails", text: "token rejected", advice };
    }
    if (user === `@${senderLocalpart}:${domain}`) return { kind: "works", text: user };
    const advice = user.endsWith(`:${domain}`)
        ? `the homeserver has another copy of the registration ${id}; give it the same file and restart it`
        : "set homeserver.domain to the part of its user IDs after the colon";
    return { kind: "fails", text: `the token belongs to ${user}`, advice };
}

async function askForPing({ url, listen }: HomeserverProbe, registration: Registration): Promise<Result> {
    const answerer = await PingAnswerer.open({ ...listen, hsToken: registration.hsToken.reveal() });
    try {
        const path = `/_matrix/client/v1/appservice/${encodeURIComponent(registration.id)}/ping`;
        const reply = await askHomeserver(url, "POST", path, registration.asToken.reveal(), {
            transaction_id: "check",
        });
        if (reply.kind === "none") return isLate(reply) ? unansweredPing(registration.url) : absent(url, reply);
        if (reply.status === 200 && isPong(reply.body)) {
            return {
                kind: "works",
                text: answerer.isBridgeRunning
                    ? "the homeserver reaches the bridge"
                    : "the homeserver reaches this machine",
            };
        }
        const facts = replyFacts(reply);
        const meaning = explainPing(facts, { homeserverUrl: url, registration: plain(registration) });
        if (meaning.kind === "unsupported") {
            return { kind: "works", text: "not tested: the homeserver does not support it" };
        }
        return { kind: "fails", text: facts.errcode ?? `status ${reply.status}`, advice: meaning.message };
    } finally {
        answerer.close();
    }
}

function absent(url: string, reply: Reply): Result {
    const cause = reply.kind === "none" && reply.error instanceof Error ? reply.error.cause : undefined;
    const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    const text =
        reply.kind === "none"
            ? `no response${isLate(reply) ? " in time" : code}`
            : `status ${reply.status}: not a Matrix homeserver`;
    return { kind: "fails", text, advice: `check homeserver.url (${url}) and that the homeserver runs` };
}

/** The homeserver itself waits for the server at the url of the registration. */
function unansweredPing(at: string): Result {
    return {
        kind: "fails",
        text: "no response in time",
        advice: `check that only the bridge listens at ${at}, the url of the registration`,
    };
}

function isLate(reply: Reply): boolean {
    return reply.kind === "none" && reply.error instanceof Error && reply.error.name === "TimeoutError";
}

function plain({ id, url, asToken, hsToken, senderLocalpart }: Registration) {
    return { id, url, senderLocalpart, asToken: asToken.reveal(), hsToken: hsToken.reveal() };
}
