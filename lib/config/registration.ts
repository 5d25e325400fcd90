import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Config } from "./Config.generated.ts";
import { ConfigError } from "./ConfigError.ts";
import { Secret } from "./Secret.ts";
import { readYamlFile, toYaml } from "./yamlFile.ts";

/** What the homeserver and the bridge agree on, as far as the bridge reads it back (Application Service API, "Registration"). */
export interface Registration {
    readonly id: string;
    /** Proves the bridge to the homeserver. */
    readonly asToken: Secret;
    /** Proves the homeserver to the bridge. */
    readonly hsToken: Secret;
    /** The bridge's own user, in addition to the ghosts. */
    readonly senderLocalpart: string;
    /** Where the homeserver reaches the bridge. */
    readonly url: string;
}

/** The part of the configuration that a registration depends on. */
export interface RegistrationChoices {
    readonly homeserver: Pick<Config["homeserver"], "domain">;
    readonly matrix: Pick<Config["matrix"], "ghostPrefix" | "joinAsCallee">;
    readonly messaging: Pick<Config["messaging"], "readReceipts" | "typing">;
}

export interface Tokens {
    readonly asToken: string;
    readonly hsToken: string;
}

const ID = "matrix-appservice-sip";
const SENDER_LOCALPART = "sip-bridge";
/** Both names Element asks for before it shows its dial pad (MSC2845). */
const PROTOCOLS = ["m.protocol.pstn", "im.vector.protocol.pstn"];
const TOKEN_BYTES = 32;

export function randomTokens(): Tokens {
    const token = (): string => randomBytes(TOKEN_BYTES).toString("base64url");
    return { asToken: token(), hsToken: token() };
}

/** The text of a registration file. `url` is where the homeserver reaches the bridge. */
export function registrationText(config: RegistrationChoices, url: string, tokens: Tokens): string {
    const server = escapeRegExp(config.homeserver.domain);
    const ghosts = { exclusive: true, regex: `^@${escapeRegExp(config.matrix.ghostPrefix)}.*:${server}$` };
    const localUsers = { exclusive: false, regex: `^@.*:${server}$` };
    return toYaml({
        id: ID,
        url,
        as_token: tokens.asToken,
        hs_token: tokens.hsToken,
        sender_localpart: SENDER_LOCALPART,
        rate_limited: false,
        ...(needsEphemeral(config) && { receive_ephemeral: true }),
        protocols: PROTOCOLS,
        namespaces: { users: config.matrix.joinAsCallee ? [ghosts, localUsers] : [ghosts], aliases: [], rooms: [] },
    });
}

/** Writes a registration with new tokens for this user's eyes only. Never over an existing file: its tokens may be in use. */
export function writeRegistration(path: string, config: RegistrationChoices, url: string): void {
    try {
        writeFileSync(path, registrationText(config, url, randomTokens()), { mode: 0o600, flag: "wx" });
    } catch (error) {
        const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
        const why = exists
            ? `${path} exists already; delete it first if its tokens are to be replaced`
            : `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
        throw new ConfigError([why], { cause: error });
    }
}

/** Reads the registration at start-up. Throws a `ConfigError` that names all that is wrong or goes against the configuration. */
export function loadRegistration(path: string, config: RegistrationChoices): Registration {
    const written = readYamlFile(path);
    const entries = typeof written === "object" && written !== null ? (written as Record<string, unknown>) : {};
    const faults: string[] = [];
    const text = (key: string): string => {
        const value = entries[key];
        if (typeof value === "string" && value !== "") return value;
        faults.push(`${key}: ${value === undefined ? "is missing" : "must be text"}`);
        return "";
    };
    const registration: Registration = {
        id: text("id"),
        asToken: new Secret(text("as_token")),
        hsToken: new Secret(text("hs_token")),
        senderLocalpart: text("sender_localpart"),
        url: text("url"),
    };
    faults.push(...namespaceFaults(readUserNamespaces(entries), config));
    if (needsEphemeral(config) && entries["receive_ephemeral"] !== true) {
        faults.push(
            "receive_ephemeral: is needed by messaging.readReceipts and messaging.typing; generate the registration again " +
                "with --generate-registration",
        );
    }
    if (faults.length > 0) throw new ConfigError(faults.map((fault) => `${fault} (${basename(path)})`));
    return registration;
}

/** Read receipts and typing notifications are sent to the bridge only if it uses them. */
function needsEphemeral({ messaging }: RegistrationChoices): boolean {
    return messaging.readReceipts || messaging.typing;
}

/** Users the bridge may act for, by a regular expression over their ids. */
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

/** Homeservers look for a namespace's pattern at the beginning of the user id. */
function covers({ regex }: UserNamespace, userId: string): boolean {
    try {
        return new RegExp(`^(?:${regex})`).test(userId);
    } catch {
        return false; // in a dialect that this language does not have
    }
}

function namespaceFaults(namespaces: readonly UserNamespace[], { homeserver, matrix }: RegistrationChoices): string[] {
    const ghost = `@${matrix.ghostPrefix}=2b1:${homeserver.domain}`;
    const local = `@someone:${homeserver.domain}`;
    const faults: string[] = [];
    if (!namespaces.some((namespace) => namespace.exclusive && covers(namespace, ghost))) {
        faults.push(
            `namespaces.users: has no exclusive entry for the users @${matrix.ghostPrefix}...:${homeserver.domain} that ` +
                "matrix.ghostPrefix and homeserver.domain ask for; write the registration again with --generate-registration",
        );
    }
    if (matrix.joinAsCallee && !namespaces.some((namespace) => covers(namespace, local))) {
        faults.push(
            `namespaces.users: has no entry for the users of ${homeserver.domain}, which matrix.joinAsCallee needs; make ` +
                "the registration again with --generate-registration",
        );
    }
    return faults;
}

function escapeRegExp(text: string): string {
    return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
