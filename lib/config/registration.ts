import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { UserTemplate } from "../numbering/UserTemplate.ts";
import { calledUsersOf } from "./calledUsers.ts";
import type { Config } from "./Config.generated.ts";
import { ConfigError } from "./ConfigError.ts";
import { Secret } from "./Secret.ts";
import { readYamlFile, toYaml } from "./yamlFile.ts";

/** The part of a registration that the bridge itself uses (Application Service API, "Registration"). */
export interface Registration {
    readonly id: string;
    /** Authenticates the bridge to the homeserver. */
    readonly asToken: Secret;
    /** Authenticates the homeserver to the bridge. */
    readonly hsToken: Secret;
    /** Localpart of the bridge's own user. */
    readonly senderLocalpart: string;
    /** URL at which the homeserver reaches the bridge. */
    readonly url: string;
    /** Whether the bridge can act as a user, for example join a room as them. */
    readonly covers: (user: MatrixUserId) => boolean;
    /** What does not match the configuration, but does not prevent the bridge from running. */
    readonly warnings: readonly string[];
}

/** The part of the configuration that a registration depends on. */
export interface RegistrationChoices {
    readonly homeserver: Pick<Config["homeserver"], "domain">;
    readonly matrix: Pick<Config["matrix"], "ghostPrefix" | "joinAsCallee">;
    readonly messaging: Pick<Config["messaging"], "readReceipts" | "typing">;
    /** Local users whom the bridge joins to call rooms: see `calledUsersOf`. */
    readonly calledUsers: readonly (MatrixUserId | UserTemplate)[];
}

export function registrationChoicesOf(config: Config): RegistrationChoices {
    const { homeserver, matrix, messaging } = config;
    return { homeserver, matrix, messaging, calledUsers: calledUsersOf(config) };
}

export interface Tokens {
    readonly asToken: string;
    readonly hsToken: string;
}

const ID = "matrix-appservice-sip";
const SENDER_LOCALPART = "sip-bridge";
/** The protocol names that Element looks for before it shows its dial pad (MSC2845). */
const PROTOCOLS = ["m.protocol.pstn", "im.vector.protocol.pstn"];
const TOKEN_BYTES = 32;

export function randomTokens(): Tokens {
    const token = (): string => randomBytes(TOKEN_BYTES).toString("base64url");
    return { asToken: token(), hsToken: token() };
}

/** Returns the text of a registration file. `url` is the one at which the homeserver reaches the bridge. */
export function registrationText(config: RegistrationChoices, url: string, tokens: Tokens): string {
    const server = escapeRegExp(config.homeserver.domain);
    const ghosts = { exclusive: true, regex: `^@${escapeRegExp(config.matrix.ghostPrefix)}.*:${server}$` };
    return toYaml({
        id: ID,
        url,
        as_token: tokens.asToken,
        hs_token: tokens.hsToken,
        sender_localpart: SENDER_LOCALPART,
        rate_limited: false,
        ...(needsEphemeral(config) && { receive_ephemeral: true }),
        protocols: PROTOCOLS,
        namespaces: { users: [ghosts, ...joinedUsers(config)], aliases: [], rooms: [] },
    });
}

/** The users that the bridge joins to rooms. Not exclusive: they are people's, and register with the homeserver. */
function joinedUsers({ homeserver, matrix, calledUsers }: RegistrationChoices): readonly UserNamespace[] {
    switch (matrix.joinAsCallee) {
        case false:
            return [];
        case true:
            return calledUsers.map((user) => ({ exclusive: false, regex: `^${regexOfTemplate(user)}$` }));
        case "all":
            return [{ exclusive: false, regex: `^@.*:${escapeRegExp(homeserver.domain)}$` }];
    }
}

function regexOfTemplate(user: string): string {
    return user
        .split(/\{.*?\}/)
        .map(escapeRegExp)
        .join("[0-9]+");
}

/** Writes a registration with new tokens, readable for its owner only. Never replaces a file: its tokens may be in use. */
export function writeRegistration(path: string, config: RegistrationChoices, url: string): void {
    try {
        writeFileSync(path, registrationText(config, url, randomTokens()), { mode: 0o600, flag: "wx" });
    } catch (error) {
        const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
        const why = exists
            ? `${path} exists already; delete it first to replace its tokens`
            : `${path}: cannot write the file (${codeOf(error)}); check its directory and the permissions of it`;
        throw new ConfigError([why], { cause: error });
    }
}

function codeOf(error: unknown): string {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** Loads the registration. Throws a `ConfigError` with everything that is wrong or does not match the configuration. */
export function loadRegistration(path: string, config: RegistrationChoices): Registration {
    const file = readYamlFile(path, "create it with --generate-registration --url URL, or name another file with -f");
    const { value: written } = file;
    const entries = typeof written === "object" && written !== null ? (written as Record<string, unknown>) : {};
    const faults: string[] = [];
    const text = (key: string): string => {
        const value = entries[key];
        if (typeof value === "string" && value !== "") return value;
        faults.push(`${key}: ${value === undefined ? "is missing" : "must be text"}`);
        return "";
    };
    const namespaces = readUserNamespaces(entries);
    const registration: Registration = {
        id: text("id"),
        asToken: new Secret(text("as_token")),
        hsToken: new Secret(text("hs_token")),
        senderLocalpart: text("sender_localpart"),
        url: text("url"),
        covers: (user) => namespaces.some((namespace) => covers(namespace, user)),
        warnings: coverageWarnings(namespaces, config).map((warning) => `${warning} (${basename(path)})`),
    };
    faults.push(...ghostFaults(namespaces, config));
    if (needsEphemeral(config) && entries["receive_ephemeral"] !== true) {
        faults.push(
            "receive_ephemeral: is needed by messaging.readReceipts and messaging.typing; generate the registration again " +
                "with --generate-registration",
        );
    }
    const all = [
        ...file.faults.map((fault) => `${fault.text} (${fault.place})`),
        ...faults.map((fault) => `${fault} (${basename(path)})`),
    ];
    if (all.length > 0) throw new ConfigError(all);
    return registration;
}

/** Read receipts and typing notifications are sent to the bridge only if it uses them. */
function needsEphemeral({ messaging }: RegistrationChoices): boolean {
    return messaging.readReceipts || messaging.typing;
}

/** Users that the bridge can act as, by a regular expression over their IDs. */
interface UserNamespace {
    readonly exclusive: boolean;
    readonly regex: string;
}

function readUserNamespaces({ namespaces }: Readonly<Record<string, unknown>>): UserNamespace[] {
    const users =
        typeof namespaces === "object" && namespaces !== null && "users" in namespaces ? namespaces.users : [];
    return (Array.isArray(users) ? (users as unknown[]) : []).flatMap((entry) => {
        if (typeof entry !== "object" || entry === null || !("regex" in entry)) return [];
        return [{ exclusive: "exclusive" in entry && entry.exclusive === true, regex: String(entry.regex) }];
    });
}

/** Homeservers match the regular expression of a namespace at the beginning of the user ID. */
function covers({ regex }: UserNamespace, userId: string): boolean {
    try {
        return new RegExp(`^(?:${regex})`).test(userId);
    } catch {
        return false; // a syntax that JavaScript does not have
    }
}

const RENEW = "generate the registration again with --generate-registration, and restart the homeserver";

function ghostFaults(namespaces: readonly UserNamespace[], { homeserver, matrix }: RegistrationChoices): string[] {
    const ghost = `@${matrix.ghostPrefix}=2b1:${homeserver.domain}`;
    if (namespaces.some((namespace) => namespace.exclusive && covers(namespace, ghost))) return [];
    const ghosts = `@${matrix.ghostPrefix}...:${homeserver.domain}`;
    return [
        `namespaces.users: has no exclusive entry for the ghosts ${ghosts} (matrix.ghostPrefix, homeserver.domain); ${RENEW}`,
    ];
}

/** Users who are invited instead of joined, and an entry that gives the bridge more than it needs. */
function coverageWarnings(
    namespaces: readonly UserNamespace[],
    { homeserver, matrix, calledUsers }: RegistrationChoices,
): readonly string[] {
    const unnamed = `@not-in-the-configuration:${homeserver.domain}`;
    const coversAll = namespaces.some((namespace) => covers(namespace, unnamed));
    if (matrix.joinAsCallee === "all") {
        return coversAll
            ? []
            : [
                  `namespaces.users: has no entry for all users of ${homeserver.domain}, so the others are invited to their first call (matrix.joinAsCallee); ${RENEW}`,
              ];
    }
    if (coversAll) {
        return [
            `namespaces.users: covers all users of ${homeserver.domain}, but matrix.joinAsCallee does not need them: the homeserver sends their events to the bridge; ${RENEW}`,
        ];
    }
    if (!matrix.joinAsCallee) return [];
    const missing = calledUsers.filter(
        (user) => !namespaces.some((namespace) => covers(namespace, user.replace(/\{.*?\}/g, "0"))),
    );
    if (missing.length === 0) return [];
    const [first, ...others] = missing;
    const who = others.length === 0 ? String(first) : `${String(first)} and ${others.length} more`;
    return [
        `namespaces.users: has no entry for ${who}, who will be invited to their first call (matrix.joinAsCallee); ${RENEW}`,
    ];
}

function escapeRegExp(text: string): string {
    return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
