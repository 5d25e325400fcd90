import { hasControls } from "../sip/characters.ts";
import { parseCSeq } from "../sip/CSeq.ts";
import { type HeaderField, Headers } from "../sip/Headers.ts";
import { formatNameAddr, parseNameAddr } from "../sip/NameAddr.ts";
import { formatUri, parseSipUri, parseUri } from "../sip/SipUri.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { refuse, type Refused } from "./Refused.ts";

/** What applications may not set: the engine sets these headers itself. */
const dropped: ReadonlySet<string> = new Set([
    "Via",
    "Route",
    "Record-Route",
    "RSeq",
    "RAck",
    "Content-Length",
    "Max-Forwards",
]);

/** What the engine places itself, with the application's value if it makes sense. */
const placed: ReadonlySet<string> = new Set(["From", "To", "Call-ID", "CSeq", "Contact"]);

/** Headers whose host `localhost` means the address of the transport used. */
const withLocalhost: readonly string[] = ["From", "To", "Contact", "P-Asserted-Identity"];

/** An application's headers, sorted into what the engine places and the rest. */
export interface AppHeaders {
    readonly from: string | undefined;
    readonly to: string | undefined;
    readonly callId: string | undefined;
    readonly cseq: number | undefined;
    readonly contacts: readonly string[];
    /** The way a request outside of dialogs takes behind its next hop (RFC 3261 8.1.1.1, RFC 3327 5.2). */
    readonly routes: readonly string[];
    readonly rest: Headers;
}

/** Reads the headers of an order. Refuses what would break the message: names that are no tokens, control characters, a Contact that is no address, two types of the body. */
export function readAppHeaders(fields: readonly HeaderField[], body: Buffer): AppHeaders | Refused {
    for (const { name, value } of fields) {
        if (!isToken(name) || hasControls(value)) return refuse("badHeader", isToken(name) ? name : "");
    }
    const all = new Headers(fields);
    const contacts = all.list("Contact");
    if (!contacts.every((each) => each === "*" || parseNameAddr(each) !== undefined)) {
        return refuse("badHeader", "Contact");
    }
    const rest = new Headers([...all].filter(({ name }) => !dropped.has(name) && !placed.has(name)));
    const [type, ...otherTypes] = new Set(rest.all("Content-Type"));
    // the peer would reject it
    if (otherTypes.length > 0) return refuse("badHeader", "Content-Type");
    if (type !== undefined) rest.set("Content-Type", type);
    else if (body.length > 0) {
        if (body.subarray(0, 3).toString("latin1") !== "v=0") return refuse("missingContentType");
        rest.add("Content-Type", "application/sdp");
    }
    return {
        from: meaningful(all.get("From")),
        to: meaningful(all.get("To")),
        callId: meaningful(all.get("Call-ID")),
        cseq: parseCSeq(all.get("CSeq") ?? "")?.number,
        contacts,
        routes: looseRoutes(all.list("Route")),
        rest,
    };
}

/**
 * A route set of loose routers, as a Path or Service-Route is. Anything else is not taken: a strict router would have to
 * get another Request-URI.
 */
function looseRoutes(routes: readonly string[]): readonly string[] {
    const isLoose = (route: string): boolean => parseSipUri(parseNameAddr(route)?.uri ?? "")?.params.has("lr") === true;
    return routes.every(isLoose) ? routes : [];
}

/** The name of the first header that cannot open a request; those of responses and dialogs are the engine's. */
export function findUnusable({ from, to, callId }: AppHeaders): "From" | "To" | "Call-ID" | undefined {
    if (from !== undefined && parseNameAddr(from) === undefined) return "From";
    if (to !== undefined && parseNameAddr(to) === undefined) return "To";
    return callId !== undefined && /[ \t]/.test(callId) ? "Call-ID" : undefined;
}

/** Puts the address of the transport in place of `localhost`, in all headers that may have it. */
export function replaceLocalhost(headers: Headers, flow: Pick<Flow, "sentBy">): void {
    for (const name of withLocalhost) {
        const values = headers.list(name);
        if (values.some((value) => value.includes("localhost"))) {
            headers.set(name, ...values.map((value) => withoutLocalhost(value, flow)));
        }
    }
}

function withoutLocalhost(value: string, { sentBy }: Pick<Flow, "sentBy">): string {
    const address = parseNameAddr(value);
    const uri = address === undefined ? undefined : parseUri(address.uri);
    if (address === undefined || uri === undefined || uri.scheme === "tel" || uri.host !== "localhost") return value;
    return formatNameAddr({ ...address, uri: formatUri({ ...uri, host: sentBy.host, port: sentBy.port }) });
}

function meaningful(value: string | undefined): string | undefined {
    return value === "" ? undefined : value;
}

/** True for a header name or method (RFC 3261 25.1). */
export function isToken(name: string): boolean {
    return /^[A-Za-z0-9\-.!%*_+`'~]+$/.test(name);
}
