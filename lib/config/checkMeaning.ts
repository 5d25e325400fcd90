import { readFileSync } from "node:fs";
import { isServerName, localpartOf, parseMatrixUserId, serverOf } from "../numbering/MatrixUserId.ts";
import { sampleUser } from "../numbering/UserTemplate.ts";
import type { Config } from "./Config.generated.ts";
import { checkPorts } from "./checkPorts.ts";
import { faultOfExtraHeader } from "./extraHeader.ts";
import { formatPath, isOnPath, type Path } from "./configPath.ts";
import { isLoopback } from "./ipAddresses.ts";
import {
    isWrongEverywhere,
    numberingIn,
    readCallerIds,
    readNumberMap,
    readRules,
    type ReportNumber,
    type ShapedNumbers,
    type ShapedRule,
    type ShapedTrunk,
} from "./readNumbers.ts";
import { tlsFileFaults, type TlsFiles } from "./tlsFileFaults.ts";

/** What the schema leaves to do: numbers, which need to know a country. */
export interface ShapedConfig extends Omit<Config, "numbers" | "trunks" | "dialling"> {
    readonly dialling: { readonly allow: readonly ShapedRule[] };
    readonly numbers: ShapedNumbers;
    readonly trunks: readonly ShapedTrunk[];
}

/** Something wrong with a value of the right shape. */
export interface MeaningFault {
    readonly path: Path;
    /** `trunks[0].scheme: must be ...` */
    readonly text: string;
}

type Tell = (path: Path, text: string) => void;

/**
 * Checks what one value says against another and parses numbers. The values at `broken` had another shape than their
 * type and were replaced: what depends on them is not checked, and the config returned must not be used.
 */
export function checkMeaning(
    shaped: ShapedConfig,
    broken: readonly Path[],
): { readonly config: Config; readonly faults: readonly MeaningFault[] } {
    const faults: MeaningFault[] = [];
    const intact = (...paths: readonly Path[]): boolean =>
        !paths.some((path) => broken.some((other) => isOnPath(path, other)));
    const tell: Tell = (path, text) => {
        if (intact(path)) faults.push({ path, text: `${formatPath(path)}: ${text}` });
    };

    checkNames(shaped, tell);
    checkInboundAuth(shaped, tell);
    if (intact(["homeserver", "domain"], ["matrix", "ghostPrefix"])) checkUsers(shaped, tell);
    checkRegistrar(shaped, tell);
    if (intact(["sip", "tls"])) checkTls(shaped, tell);
    if (intact(["media"])) checkMedia(shaped, tell);
    checkAdmin(shaped, tell);
    checkPorts(shaped, tell);
    if (intact(["homeserver", "domain"])) checkPermissions(shaped, tell);
    checkHomeserver(shaped, tell);
    checkCalls(shaped, tell);
    checkSmsServices(shaped, tell);
    shaped.trunks.forEach((trunk, index) => checkTrunk(trunk, ["trunks", index], tell));
    return { config: withNumbers(shaped, { broken, intact, tell }), faults };
}

/** Parses all numbers. Those that cannot be read for want of the country or of the short codes are not reported. */
function withNumbers(
    shaped: ShapedConfig,
    {
        broken,
        intact,
        tell,
    }: {
        readonly broken: readonly Path[];
        readonly intact: (...paths: readonly Path[]) => boolean;
        readonly tell: Tell;
    },
): Config {
    const ofTrunks = shaped.trunks.flatMap((trunk) => trunk.shortCodes);
    const numbering = numberingIn(shaped.numbers, ofTrunks);
    const knowsShortCodes = !broken.some((path) => path.includes("shortCodes"));
    const knowsNumbering = knowsShortCodes && intact(...NUMBERING_KEYS);
    const reporter =
        (knows: boolean): ReportNumber =>
        (path, written, text) => {
            if (knows || isWrongEverywhere(written)) tell(path, text);
        };
    return {
        ...shaped,
        numbers: { ...shaped.numbers, map: readNumberMap(shaped.numbers.map, numbering, reporter(knowsNumbering)) },
        trunks: shaped.trunks.map(({ callerId, callerIds, ...trunk }, index) => {
            const here = ["trunks", index];
            const knows = knowsNumbering && intact([...here, "defaultCountry"]);
            const defaultCountry = trunk.defaultCountry ?? numbering.defaultCountry;
            if (knows && trunk.numberFormat === "national" && defaultCountry === undefined) {
                const text = "is required for numberFormat: national; set a two-letter country code such as GB";
                tell([...here, "defaultCountry"], text);
            }
            const written = { callerIds, ...(callerId !== undefined && { callerId }) };
            return { ...trunk, ...readCallerIds(written, { ...numbering, defaultCountry }, here, reporter(knows)) };
        }),
        dialling: { allow: readRules(shaped.dialling.allow, numbering, reporter(knowsNumbering)) },
    };
}

/** What numbers are read with, in addition to short codes. */
const NUMBERING_KEYS: readonly Path[] = [
    ["numbers", "defaultCountry"],
    ["numbers", "shortCodeDigits"],
];

function checkNames({ sip, trunks, accounts, messaging }: ShapedConfig, tell: Tell): void {
    const owners = new Map<string, string>();
    const places = [
        ...sip.peers.map(({ name }, index) => ({ name, path: ["sip", "peers", index] })),
        ...trunks.map(({ name }, index) => ({ name, path: ["trunks", index] })),
        ...accounts.map(({ username }, index) => ({ name: username, path: ["accounts", index] })),
        ...messaging.services.map(({ name }, index) => ({ name, path: ["messaging", "services", index] })),
    ];
    for (const { name, path } of places) {
        const owner = owners.get(name);
        if (owner === undefined) owners.set(name, formatPath(path));
        else
            tell(
                [...path, path[0] === "accounts" ? "username" : "name"],
                `must be unique; ${name} is already the name of ${owner}`,
            );
    }
}

function checkSmsServices({ messaging: { services } }: ShapedConfig, tell: Tell): void {
    services.forEach(({ profile, ...service }, index) => {
        if (profile !== "custom") return;
        for (const key of ["custom", "apiUrl", "webhookKey"] as const) {
            if (service[key] === undefined)
                tell(["messaging", "services", index, key], "is required for profile: custom");
        }
    });
}

function checkInboundAuth({ trunks }: ShapedConfig, tell: Tell): void {
    const owners = new Map<string, number>();
    trunks.forEach(({ inboundAuth }, index) => {
        if (inboundAuth === undefined) return;
        const owner = owners.get(inboundAuth.username);
        if (owner === undefined) owners.set(inboundAuth.username, index);
        else tell(["trunks", index, "inboundAuth", "username"], `must be unique; trunks[${owner}] uses it too`);
    });
}

/** Rejects ghosts: a call to a ghost would come back to the bridge. */
function checkUsers({ homeserver, matrix, sip, trunks, accounts, numbers }: ShapedConfig, tell: Tell): void {
    const places = [
        ...sip.peers.map(({ defaultUser }, index) => ({
            user: defaultUser,
            path: ["sip", "peers", index, "defaultUser"],
        })),
        ...trunks.map(({ defaultUser }, index) => ({ user: defaultUser, path: ["trunks", index, "defaultUser"] })),
        ...accounts.map(({ user }, index) => ({ user, path: ["accounts", index, "user"] })),
        ...Object.entries(numbers.map).map(([written, user]) => ({
            user: sampleUser(user),
            path: ["numbers", "map", written],
        })),
    ];
    for (const { user, path } of places) {
        if (
            user === undefined ||
            serverOf(user) !== homeserver.domain ||
            !localpartOf(user).startsWith(matrix.ghostPrefix)
        )
            continue;
        tell(
            path,
            `must not be a ghost; users that begin with ${matrix.ghostPrefix} belong to the bridge (matrix.ghostPrefix)`,
        );
    }
}

function checkRegistrar({ sip: { registrar } }: ShapedConfig, tell: Tell): void {
    const { minSeconds, maxSeconds } = registrar;
    if (minSeconds > maxSeconds) tell(["sip", "registrar", "minSeconds"], `must be at most maxSeconds, ${maxSeconds}`);
}

function checkTls({ sip: { listen, tls } }: ShapedConfig, tell: Tell): void {
    const secure = listen.find(({ transport }) => transport === "tls" || transport === "wss")?.transport;
    const missing = (["certificate", "key"] as const).filter((key) => tls?.[key] === undefined);
    const why = secure !== undefined ? `sip.listen has a ${secure} address` : "certificate and key are needed together";
    if (secure !== undefined || missing.length === 1) {
        for (const key of missing) tell(["sip", "tls", key], `is missing; ${why}`);
    }
    if (missing.length === 1) return;
    const files = Object.entries(tls ?? {}).map(([key, path]: [string, string]) => [key, readFileSync(path, "utf8")]);
    for (const [key, text] of tlsFileFaults(Object.fromEntries(files) as TlsFiles)) tell(["sip", "tls", key], text);
}

function checkMedia({ media, sip, trunks, accounts }: ShapedConfig, tell: Tell): void {
    if (media !== "none") return;
    const text = 'must be webrtc if media is "none"; set media.rtpengine to use other values';
    sip.peers.forEach((peer, index) => peer.media === "webrtc" || tell(["sip", "peers", index, "media"], text));
    trunks.forEach((trunk, index) => trunk.media === "webrtc" || tell(["trunks", index, "media"], text));
    accounts.forEach((account, index) => account.media === "webrtc" || tell(["accounts", index, "media"], text));
}

/** The administration interface accepts every command from its token: it must not be reachable from other machines. */
function checkAdmin({ admin }: ShapedConfig, tell: Tell): void {
    if (admin === undefined || admin.allowRemote || isLoopback(admin.listen.host) || admin.listen.host === "localhost")
        return;
    const wrong = "must be a loopback address such as 127.0.0.1:9465, because the listener has no TLS";
    tell(["admin", "listen"], `${wrong}; use a reverse proxy for other machines, or set admin.allowRemote: true`);
}

function checkPermissions({ permissions, homeserver }: ShapedConfig, tell: Tell): void {
    const isServer = (name: string): boolean =>
        isServerName(name) && (/[.:]/.test(name) || name === homeserver.domain || name === "localhost");
    for (const who of Object.keys(permissions)) {
        const isKnown = who === "*" || (who.startsWith("@") ? parseMatrixUserId(who) !== undefined : isServer(who));
        if (isKnown) continue;
        tell(["permissions", who], 'must be a user ID such as @alice:matrix.example, a server name, or "*"');
    }
}

function checkHomeserver({ homeserver: { url } }: ShapedConfig, tell: Tell): void {
    const base = /^(.*?)\/_matrix(?:\/|$)/.exec(url)?.[1];
    if (base !== undefined) tell(["homeserver", "url"], `must be the URL without /_matrix: ${base}`);
}

/** RFC 4028, section 4. */
const SHORTEST_SESSION_S = 90;

function checkCalls({ calls: { sessionTimerSeconds } }: ShapedConfig, tell: Tell): void {
    if (sessionTimerSeconds === 0 || sessionTimerSeconds >= SHORTEST_SESSION_S) return;
    tell(["calls", "sessionTimerSeconds"], `must be 0 or at least ${SHORTEST_SESSION_S} (RFC 4028)`);
}

function checkTrunk(trunk: ShapedTrunk, here: Path, tell: Tell): void {
    if (trunk.password !== undefined && trunk.username === undefined) {
        tell([...here, "username"], "is required with a password; set the user name of the SIP account");
    }
    if (trunk.register && trunk.password === undefined) {
        tell([...here, "password"], "is required for register: true; set the password of the SIP account");
    }
    const { scheme, transport, headers } = trunk;
    if (scheme === "sips" && transport !== "tls" && transport !== "wss") {
        tell([...here, "scheme"], `must be sip with transport ${transport}; sips needs tls or wss`);
    }
    for (const [name, value] of Object.entries(headers)) {
        const fault = faultOfExtraHeader(name, value);
        if (fault !== undefined) tell([...here, "headers", name], fault);
    }
}
