import { randomBytes } from "node:crypto";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { SendRequest } from "./HomeserverRequest.ts";
import { HomeserverError, type HomeserverReply } from "./HomeserverError.ts";
import type { Registration } from "./Registration.ts";

/** The homeserver and the bridge cannot work together. The message says in one line why, and what to do. */
export class HomeserverUnavailable extends Error {
    constructor(message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = new.target.name;
    }
}

export interface PingParts {
    readonly send: SendRequest;
    /** Whether a ping with this transaction ID has reached this process. */
    readonly wasPinged: (transactionId: string) => boolean;
    readonly registration: Registration;
    readonly homeserverUrl: string;
    /** The server name in its user IDs. */
    readonly serverName: string;
    readonly clock: Clock;
    readonly log: Log;
    /** How long to wait for a homeserver that is not available yet, in ms. */
    readonly startupTimeoutMs: number;
}

const PING_TIMEOUT_MS = 15_000;
const PAUSE_MS = 2_000;
/** A homeserver fails once on each connection that it kept from before a crash of the bridge. */
const PING_ATTEMPTS = 6;
const PING_PAUSE_MS = 500;

/**
 * Pings the bridge through the homeserver (MSC2659). That verifies both tokens and both URLs, and makes a homeserver that
 * stopped delivering during a downtime deliver immediately, instead of minutes later. Waits for a homeserver that is not
 * available yet, and checks its server name.
 * @throws HomeserverUnavailable
 */
export async function pingHomeserver(parts: PingParts): Promise<void> {
    const { log } = parts;
    const isReached = await pingUntilAnswered(parts);
    await verifyBotUser(parts);
    if (isReached) log.info("homeserver connection verified");
    else {
        const hint = "deliveries may be late after a downtime of the bridge; check the registration if none arrive";
        log.warn("homeserver connection not verified: ping endpoint not supported", { hint });
    }
}

/**
 * Pings the bridge through the homeserver while the bridge runs. Resolves to why the homeserver does not deliver to this bridge;
 * undefined if it does, does not support pings, or is not available, which `send` reports.
 */
export async function findDeliveryFault(
    parts: Omit<PingParts, "startupTimeoutMs" | "serverName" | "log">,
): Promise<string | undefined> {
    for (let attempt = 1; ; attempt += 1) {
        const fault = await deliveryFault(parts);
        if (fault === undefined || attempt === CHECK_ATTEMPTS) return fault;
        await new Promise<void>((resolve) => parts.clock.startTimer(PING_PAUSE_MS, resolve));
    }
}

/** A homeserver can fail once on a connection that it kept. */
const CHECK_ATTEMPTS = 2;

async function deliveryFault(parts: Parameters<typeof findDeliveryFault>[0]): Promise<string | undefined> {
    try {
        await pingOnce(parts);
        return undefined;
    } catch (reason) {
        if (reason instanceof HomeserverUnavailable) return reason.message;
        if (!(reason instanceof HomeserverError)) throw reason;
        const meaning = explainPing(reason.reply, parts);
        return meaning.kind === "fatal" || meaning.kind === "unreached" ? meaning.message : undefined;
    }
}

/** Returns false if the homeserver does not support pings: whether it reaches the bridge is unknown then. */
async function pingUntilAnswered(parts: PingParts): Promise<boolean> {
    const { clock, log, homeserverUrl, startupTimeoutMs } = parts;
    const until = clock.monotonic() + startupTimeoutMs;
    for (let attempt = 1; ; attempt += 1) {
        const failure = await failureOf(() => pingOnce(parts));
        if (failure === undefined) return true;
        const meaning = explainPing(failure.reply, parts);
        if (meaning.kind === "unsupported") return false;
        const pause = pauseFor(meaning.kind, attempt);
        const mayWait = meaning.kind === "unreached" || clock.monotonic() + PAUSE_MS <= until;
        if (pause === undefined || !mayWait) throw new HomeserverUnavailable(meaning.message, { cause: failure });
        if (meaning.kind === "wait") {
            log.warn("homeserver not available yet", { url: homeserverUrl, error: failure.message });
        }
        await new Promise<void>((resolve) => clock.startTimer(pause, resolve));
    }
}

/** Checks the bot's user ID: a homeserver with another server name would reject every ghost. */
async function verifyBotUser(parts: PingParts): Promise<void> {
    const { send, registration, homeserverUrl, serverName } = parts;
    let user: unknown;
    const failure = await failureOf(async () => {
        user = fieldOf(await send({ method: "GET", path: WHOAMI, timeoutMs: PING_TIMEOUT_MS }), "user_id");
    });
    if (failure !== undefined) {
        const meaning = explainPing(failure.reply, parts);
        const message = meaning.kind === "unsupported" ? noHomeserver(homeserverUrl, failure.reply) : meaning.message;
        throw new HomeserverUnavailable(message, { cause: failure });
    }
    const we = `@${registration.senderLocalpart}:${serverName}`;
    if (user === we) return;
    throw new HomeserverUnavailable(
        typeof user === "string"
            ? `The homeserver at ${homeserverUrl} takes the bridge for ${user}, not for ${we}: check that homeserver.domain ` +
                  "is its server name, and that its copy of the registration file is the same as the bridge's."
            : noHomeserver(homeserverUrl, {}),
    );
}

const WHOAMI = "/_matrix/client/v3/account/whoami";

/** How long to wait before the next ping, in ms; undefined if another would say the same. */
function pauseFor(kind: "fatal" | "wait" | "unreached", attempt: number): number | undefined {
    switch (kind) {
        case "fatal":
            return undefined;
        case "wait":
            return PAUSE_MS;
        case "unreached":
            return attempt < PING_ATTEMPTS ? PING_PAUSE_MS : undefined;
    }
}

async function pingOnce({
    send,
    wasPinged,
    registration,
    homeserverUrl,
}: Pick<PingParts, "send" | "wasPinged" | "registration" | "homeserverUrl">): Promise<void> {
    const transactionId = randomBytes(8).toString("hex");
    const reply = await send({
        method: "POST",
        path: `/_matrix/client/v1/appservice/${encodeURIComponent(registration.id)}/ping`,
        body: { transaction_id: transactionId },
        timeoutMs: PING_TIMEOUT_MS,
    });
    // a web server may answer every path with a page
    const isAnswered = isPong(reply);
    if (isAnswered && !wasPinged(transactionId)) {
        throw new HomeserverUnavailable(
            `Another program answered the homeserver's ping at ${registration.url}: two bridges cannot share the registration ` +
                `"${registration.id}". Stop the other bridge, or generate a registration with another id and url.`,
        );
    }
    if (!isAnswered) throw new HomeserverError(`${homeserverUrl} answers, but not to a ping`, { status: 200 });
}

/** Whether this is the response to a successful ping. Pure. */
export function isPong(reply: unknown): boolean {
    return typeof fieldOf(reply, "duration_ms") === "number";
}

function fieldOf(reply: unknown, name: string): unknown {
    return typeof reply === "object" && reply !== null ? (reply as Readonly<Record<string, unknown>>)[name] : undefined;
}

async function failureOf(act: () => Promise<void>): Promise<HomeserverError | undefined> {
    try {
        await act();
        return undefined;
    } catch (reason) {
        if (reason instanceof HomeserverError) return reason;
        throw reason;
    }
}

type PingMeaning =
    /** `wait`: the homeserver is not available yet. `unreached`: it is, but cannot reach the bridge. */
    | { readonly kind: "fatal" | "wait" | "unreached"; readonly message: string }
    /** The homeserver does not support pings. */
    | { readonly kind: "unsupported" };

/** Returns the cause of a failed ping. Pure. */
export function explainPing(
    reply: HomeserverReply,
    { homeserverUrl, registration }: Pick<PingParts, "homeserverUrl" | "registration">,
): PingMeaning {
    const { id, url } = registration;
    const fatal = (message: string): PingMeaning => ({ kind: "fatal", message });
    switch (reply.errcode) {
        case "M_UNKNOWN_TOKEN":
        case "M_MISSING_TOKEN":
            return fatal(
                `The homeserver at ${homeserverUrl} does not know the as_token: name the registration file in its ` +
                    "app_service_config_files, check that as_token is the same in both copies, and restart it.",
            );
        case "M_FORBIDDEN":
            return fatal(
                `The homeserver at ${homeserverUrl} knows the as_token under another id than "${id}": ` +
                    "its copy of the registration file differs from the bridge's.",
            );
        case "M_URL_NOT_SET":
            return fatal("The homeserver's copy of the registration file has no url: it cannot deliver to the bridge.");
        case "M_BAD_STATUS":
            if (reply.pingedStatus === 401 || reply.pingedStatus === 403) {
                return fatal(
                    "The homeserver reached the bridge with another hs_token: its copy of the registration file " +
                        "differs from the bridge's, or it has not been restarted since it was changed.",
                );
            }
            return fatal(
                `At ${url}, the url of the registration, the homeserver reached another program than this bridge ` +
                    `(status ${reply.pingedStatus ?? "unknown"}).`,
            );
        case "M_CONNECTION_FAILED":
        case "M_CONNECTION_TIMEOUT":
            return {
                kind: "unreached",
                message: `The homeserver cannot reach the bridge at ${url}, the url of the registration.`,
            };
        default:
            return explainStatus(reply, homeserverUrl);
    }
}

function explainStatus({ status, errcode }: HomeserverReply, homeserverUrl: string): PingMeaning {
    if (status === undefined || status === 429 || status >= 500) {
        return { kind: "wait", message: `The homeserver does not answer at ${homeserverUrl}.` };
    }
    // an unknown path, with a Matrix error code; other web servers do not send one
    if (errcode === "M_UNRECOGNIZED") return { kind: "unsupported" };
    return { kind: "fatal", message: noHomeserver(homeserverUrl, { status }) };
}

function noHomeserver(homeserverUrl: string, { status }: HomeserverReply): string {
    const how = status === undefined ? "" : ` (status ${status})`;
    return `No Matrix homeserver answers at ${homeserverUrl}, the homeserver.url of the configuration${how}.`;
}
