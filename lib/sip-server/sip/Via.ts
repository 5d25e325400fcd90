import { consistsOf, isOpaque, token } from "./characters.ts";
import { formatHostPort, parseHostPort } from "./hostPort.ts";
import { formatParams, type Params, readParams } from "./params.ts";

/** One Via element (RFC 3261 20.42). */
export interface Via {
    /** Of the protocol, if it is not 2.0: such a message can only be rejected with 505. */
    readonly version?: string;
    /** Transport in upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS` or whatever stood there. */
    readonly transport: string;
    /** sent-by; IPv6 without brackets. */
    readonly host: string;
    readonly port?: number;
    /** sent-by as it stood there, if it is no host and port: it is only sent back. */
    readonly unreadableSentBy?: string;
    /** `branch`, `received`, `rport` (null when only asked for), `maddr`, `ttl` and others. */
    readonly params: Params;
}

/**
 * Reads one element, with white space around `/` and `:` where the grammar allows it. sent-by and parameters may break the
 * grammar, because they are mostly sent back only. Undefined unless it is `SIP/...`, a transport and a sent-by.
 */
export function parseVia(text: string): Via | undefined {
    const semicolon = text.indexOf(";");
    const main = (semicolon === -1 ? text : text.slice(0, semicolon)).trim();
    const firstSlash = main.indexOf("/");
    const secondSlash = main.indexOf("/", firstSlash + 1);
    if (firstSlash === -1 || secondSlash === -1) return undefined;
    const protocol = main.slice(0, firstSlash).trim().toUpperCase();
    const version = main.slice(firstSlash + 1, secondSlash).trim();
    const rest = main
        .slice(secondSlash + 1)
        .trim()
        .replaceAll("\t", " ");
    const space = rest.indexOf(" ");
    const transport = rest.slice(0, Math.max(0, space)).toUpperCase();
    if (protocol !== "SIP" || !consistsOf(version, token) || !consistsOf(transport, token)) return undefined;
    const sentBy = rest.slice(space + 1).replaceAll(" ", "");
    const hostPort = parseHostPort(sentBy) ?? { host: sentBy.toLowerCase(), unreadableSentBy: sentBy };
    if (!isOpaque(sentBy)) return undefined;
    const params = readParams(semicolon === -1 ? "" : text.slice(semicolon + 1));
    return { ...(version === "2.0" ? {} : { version }), transport, ...hostPort, params };
}

export function formatVia(via: Via): string {
    const sentBy = via.unreadableSentBy ?? formatHostPort(via);
    return `SIP/${via.version ?? "2.0"}/${via.transport} ${sentBy}${formatParams(via.params)}`;
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
