import { consistsOf, token } from "./characters.ts";
import { formatHostPort, parseHostPort } from "./hostPort.ts";
import { formatParams, type Params, parseParams } from "./params.ts";

/** One Via element (RFC 3261 20.42). */
export interface Via {
    /** Of the protocol, if it is not 2.0: such a message can only be told that its version is not supported. */
    readonly version?: string;
    /** Transport in upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS` or whatever stood there. */
    readonly transport: string;
    /** sent-by; IPv6 without brackets. */
    readonly host: string;
    readonly port?: number;
    /** `branch`, `received`, `rport` (null when only asked for), `maddr`, `ttl` and others. */
    readonly params: Params;
}

/** Reads one element, with white space around `/` and `:` where the grammar allows it. Undefined unless `SIP/...`. */
export function parseVia(text: string): Via | undefined {
    const semicolon = text.indexOf(";");
    const params = parseParams(semicolon === -1 ? "" : text.slice(semicolon + 1));
    const main = (semicolon === -1 ? text : text.slice(0, semicolon)).trim();
    const firstSlash = main.indexOf("/");
    const secondSlash = main.indexOf("/", firstSlash + 1);
    if (params === undefined || firstSlash === -1 || secondSlash === -1) return undefined;
    const protocol = main.slice(0, firstSlash).trim().toUpperCase();
    const version = main.slice(firstSlash + 1, secondSlash).trim();
    const rest = main
        .slice(secondSlash + 1)
        .trim()
        .replaceAll("\t", " ");
    const space = rest.indexOf(" ");
    if (protocol !== "SIP" || !consistsOf(version, token) || space === -1) return undefined;
    const transport = rest.slice(0, space).toUpperCase();
    const sentBy = parseHostPort(rest.slice(space + 1).replaceAll(" ", ""));
    if (sentBy === undefined || !consistsOf(transport, token)) return undefined;
    return { ...(version === "2.0" ? {} : { version }), transport, ...sentBy, params };
}

export function formatVia(via: Via): string {
    return `SIP/${via.version ?? "2.0"}/${via.transport} ${formatHostPort(via)}${formatParams(via.params)}`;
}

/** The branch, undefined if missing or empty. */
export function branchOf(via: Via): string | undefined {
    const branch = via.params.get("branch");
    return branch === null || branch === "" ? undefined : branch;
}

/** True for a branch of RFC 3261 that is more than the magic cookie: only then it identifies the transaction (17.2.3). */
export function isUniqueBranch(branch: string): boolean {
    return branch.length > 7 && branch.slice(0, 7).toLowerCase() === "z9hg4bk";
}
