import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { resolve } from "node:path";
import { isServerName, parseMatrixRoomId, parseMatrixUserId } from "../numbering/MatrixUserId.ts";
import { parseShortCodePattern } from "../numbering/NumberPattern.ts";
import { parseCountry } from "../numbering/PhoneNumber.ts";
import { formatHostPort, type HostPort, isHost, parseEndpoint, parseHostPort } from "./HostPort.ts";
import { readListener } from "./readListener.ts";
import { parseUserTemplate } from "../numbering/UserTemplate.ts";
import { Secret } from "./Secret.ts";

/** Of one trunk: more would make a caller wait endlessly. */
const MAX_ADDRESSES = 10;

/** Of an installation for the whole system. Its services cannot write to /etc (Filesystem Hierarchy Standard). */
const SYSTEM_FOLDER = "/etc/matrix-appservice-sip";
const SYSTEM_DATA = "/var/lib/matrix-appservice-sip";

/** What a form may need in addition to the value. */
export interface FormContext {
    /** Folder of the configuration file: relative paths start there. */
    readonly folder: string;
}

/** One meaning of `as` in config.schema.yaml: how a value the operator wrote becomes the one the program uses. */
export interface ValueForm {
    /** Completes "must be ...", with an example where that says more. `wantsOf` puts the key's own example for {example}. */
    readonly wants: string;
    /** The type of what `parse` returns, in the generated types. */
    readonly tsType: string;
    /** Undefined if the value is not of this form. May throw an Error that says more than `wants`. */
    parse(value: unknown, context: FormContext): unknown;
}

export const VALUE_FORMS: ReadonlyMap<string, ValueForm> = new Map(
    Object.entries({
        httpUrl: ofText("an http or https URL such as http://127.0.0.1:8008", "string", parseHttpUrl),
        serverName: ofText("a server name such as matrix.example", "string", (text) =>
            isServerName(text) ? text : undefined,
        ),
        matrixUserId: ofText("a Matrix user such as @alice:matrix.example", "MatrixUserId", parseMatrixUserId),
        userTemplate: ofText(
            "a Matrix user such as @alice:matrix.example, or @ext{digits}:matrix.example for a pattern",
            "UserTemplate",
            parseUserTemplate,
        ),
        userPattern: ofText("a Matrix user or a pattern such as @*:matrix.example", "string", (text) =>
            /^(?:\*|@.*\*.*)$/s.test(text) ? text : parseMatrixUserId(text),
        ),
        ghostPrefix: ofText("1 to 32 of the characters a-z, 0-9, ., _ and -", "string", (text) =>
            /^[a-z0-9._-]{1,32}$/.test(text) ? text : undefined,
        ),
        country: ofText("a two-letter country code such as GB", "CountryCode", parseCountry),
        shortCode: ofText("a short code such as 112", "NumberPattern", (text) => {
            const parsed = parseShortCodePattern(text);
            if (parsed.kind === "invalid") throw new Error(parsed.fault);
            return parsed.pattern;
        }),
        numberPrefix: ofText('the beginning of a number, such as +44, or ""', "string", (text) =>
            /^(?:\+?[0-9]*|[0-9*#]*)$/.test(text) ? withPlus(text) : undefined,
        ),
        dialledDigits: ofText("up to 16 of the characters 0-9, * and #", "string", (text) =>
            /^[0-9*#]{0,16}$/.test(text) ? text : undefined,
        ),
        host: ofText("a host name or an IP address", "string", parseHost),
        hostPort: ofText("host or host:port, such as sip.carrier.example:5060", "HostPort", parseSipHost),
        hostPorts: {
            wants: "host or host:port, such as sip.carrier.example:5060, or a list of such, each once",
            tsType: "readonly [HostPort, ...HostPort[]]",
            parse: parseHostPorts,
        },
        endpoint: ofText("host:port, such as {example}", "Endpoint", parseEndpoint),
        sipListener: ofText(
            "transport:address:port, such as udp:127.0.0.1:5060, with transport udp, tcp, tls, ws or wss",
            "SipListener",
            readListener,
        ),
        ipAddress: ofText("an IP address", "string", (text) => (isIP(text) === 0 ? undefined : text)),
        network: ofText("an IP address or a network such as 192.0.2.0/24", "string", parseNetwork),
        roomId: ofText("a room ID such as !abc:matrix.example", "MatrixRoomId", parseMatrixRoomId),
        name: ofText("a name of letters, digits, ., _ and -, at most 40", "string", (text) =>
            /^[\w.-]{1,40}$/.test(text) ? text : undefined,
        ),
        dataPath: ofText("a path", "string", (text, { folder }) =>
            text === "" ? undefined : text === "data" && folder === SYSTEM_FOLDER ? SYSTEM_DATA : resolve(folder, text),
        ),
        file: ofText("the path of a file", "string", (text, { folder }) => readablePath(resolve(folder, text), text)),
        fileOrNone: ofText("the path of a file, or none", "string", (text, { folder }) => {
            if (text === "none") return text;
            return text === "" ? undefined : resolve(folder, text);
        }),
        none: ofText("none, or a section with rtpengine: [host:port]", '"none"', (text) =>
            text === "none" ? text : undefined,
        ),
        secret: { wants: "text, or {file: path}", tsType: "Secret", parse: parseSecret },
    } satisfies Record<string, ValueForm>),
);

/** What a form wants, with the example or default of the key, or of the list that it is in. */
export function wantsOf({ wants }: ValueForm, { examples = [], default: standard }: ExamplesOfKey = {}): string {
    const example = [examples[0], standard, "127.0.0.1:2223"].find((each) => typeof each === "string");
    return wants.replace("{example}", String(example));
}

interface ExamplesOfKey {
    readonly examples?: readonly unknown[];
    readonly default?: unknown;
}

function ofText(wants: string, tsType: string, parse: (text: string, context: FormContext) => unknown): ValueForm {
    return {
        wants,
        tsType,
        // Anything but text is checked by `type`, which is next to `as` in the schema.
        parse: (value, context) => (typeof value === "string" ? parse(value, context) : value),
    };
}

function parseHttpUrl(text: string): string | undefined {
    const url = URL.parse(text);
    if (url === null || /\s/.test(text) || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
        return undefined;
    return text.replace(/\/+$/, "");
}

function parseHost(text: string): string | undefined {
    if (isHost(text)) return text.toLowerCase();
    if (/^\[[0-9a-f:]+\]$/i.test(text)) throw new Error(`must be without brackets: ${text.slice(1, -1)}`);
    return undefined;
}

function parseHostPorts(value: unknown): readonly HostPort[] | undefined {
    const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
    const addresses = texts.map((text) => (typeof text === "string" ? parseSipHost(text) : undefined));
    const parsed = addresses.filter((address) => address !== undefined);
    const isEachOnce = new Set(parsed.map((address) => formatHostPort(address).toLowerCase())).size === texts.length;
    return parsed.length > 0 && parsed.length <= MAX_ADDRESSES && isEachOnce ? parsed : undefined;
}

/** Says more than that it is wrong to who writes addresses as other SIP software has them. */
function parseSipHost(text: string): HostPort | undefined {
    const parsed = parseHostPort(text);
    if (parsed !== undefined) return parsed;
    const alone = "must be host or host:port alone, such as sip.carrier.example:5060";
    if (/^[0-9a-f]*:[0-9a-f:]*:[0-9a-f]*$/i.test(text)) {
        throw new Error("must have its IPv6 address in brackets, such as [2001:db8::1]:5060");
    }
    if (/^(?:sips?|udp|tcp|tls|wss?):|;/i.test(text)) {
        throw new Error(`${alone}; set transport to udp, tcp, tls, ws or wss`);
    }
    if (text.includes("@")) throw new Error(`${alone}; users are set by other keys`);
    return undefined;
}

/** A prefix that is removed when numbers are read would never match. */
function withPlus(prefix: string): string {
    const rest = /^00([0-9]+)$/.exec(prefix)?.[1];
    if (rest !== undefined) throw new Error(`must start with + instead of 00: +${rest}`);
    return prefix;
}

function parseNetwork(text: string): string | undefined {
    const [address = "", prefix, ...rest] = text.split("/");
    const family = isIP(address);
    if (family === 0 || rest.length > 0) return undefined;
    const longest = family === 4 ? 32 : 128;
    return prefix === undefined || (/^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= longest) ? text : undefined;
}

function parseSecret(value: unknown, { folder }: FormContext): Secret | undefined {
    if (typeof value === "string") return value === "" ? undefined : new Secret(value);
    if (typeof value === "number") throw new Error("must be text; put it in quotes");
    if (typeof value !== "object" || value === null || !("file" in value)) return undefined;
    const { file, ...rest } = value;
    if (typeof file !== "string" || Object.keys(rest).length > 0) return undefined;
    return readSecret(resolve(folder, file), file);
}

function readSecret(path: string, asWritten: string): Secret {
    const text = readNamedFile(path, asWritten).trim();
    if (text === "") throw new Error(`must not be empty: ${asWritten} is`);
    if (/[\r\n]/.test(text)) throw new Error(`must be one line: ${asWritten} has more`);
    return new Secret(text);
}

/** That it can be read is found out here, where the key that names it is known. */
function readablePath(path: string, asWritten: string): string {
    readNamedFile(path, asWritten);
    return path;
}

function readNamedFile(path: string, asWritten: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
        throw new Error(`cannot read file ${asWritten} (${code}); check the path and its permissions`, {
            cause: error,
        });
    }
}
