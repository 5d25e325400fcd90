import type { NumberingContext } from "../../numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { type NameAddress, parseNameAddress, parseReasons, parseUri, type SipUri, splitValues } from "../sipHeaders.ts";
import { partyOfUri } from "./partyOfUri.ts";
import { readPrivacy } from "./privacy.ts";

/** One target a request was sent to on its way (RFC 7044, section 5). */
interface HistoryEntry {
    readonly uri: SipUri;
    /** `1.2.1`: the tree of targets. */
    readonly index: string;
    /** The index of the entry whose target was mapped to this one's, another user's. */
    readonly mappedFrom: string | undefined;
    /** The target did not take the call: its Reason says so. */
    readonly isRefused: boolean;
    /** This one was chosen by a service such as forwarding (RFC 4458). */
    readonly isForwardedTo: boolean;
    readonly isWithheld: boolean;
}

/**
 * The first target that passed the call on, by a History-Info header (RFC 7044, and RFC 4244 before it). A mere change
 * of the URI on the way to the same user is none. Undefined without one, and if it withholds itself.
 */
export function firstOfHistory(header: string, context: NumberingContext): RemoteParty | undefined {
    const entries = splitValues(header)
        .slice(0, MAX_ENTRIES)
        .map(parseNameAddress)
        .map((entry) => (entry === undefined ? undefined : entryOf(entry)))
        .filter((entry) => entry !== undefined)
        .sort((a, b) => compareIndices(a.index, b.index));
    const first = entries.find((entry, i) => isDiverting(entry, entries.slice(i + 1)));
    return first === undefined || first.isWithheld ? undefined : partyOfUri(first.uri, context);
}

/** More hops than Max-Forwards commonly allows. */
const MAX_ENTRIES = 70;

function isDiverting(entry: HistoryEntry, later: readonly HistoryEntry[]): boolean {
    const [next] = later;
    // the last target is ours, whatever became of it
    if (next === undefined) return false;
    return entry.isRefused || next.isForwardedTo || later.some(({ mappedFrom }) => mappedFrom === entry.index);
}

function entryOf({ uri: text, params }: NameAddress): HistoryEntry | undefined {
    const uri = parseUri(text);
    const index = params.get("index");
    if (uri === undefined || index === undefined || !/^[0-9]+(?:[.][0-9]+)*$/.test(index)) return undefined;
    const headers = uriHeadersOf(text);
    return {
        uri,
        index,
        mappedFrom: params.get("mp"),
        isRefused: parseReasons(headers.get("reason")).some(
            ({ protocol, cause }) => protocol === "SIP" && cause !== undefined && cause >= 300,
        ),
        isForwardedTo: FORWARDING_CAUSES.has(uri.params.get("cause") ?? ""),
        isWithheld: readPrivacy(headers.get("privacy")).isHistoryWithheld,
    };
}

/** RFC 4458, section 2, and deflection (3GPP TS 24.604): unconditional, busy, no answer, unreachable, … */
const FORWARDING_CAUSES: ReadonlySet<string> = new Set(["302", "404", "408", "480", "486", "487", "503"]);

/**
 * The headers in a URI, names in lower case. Their values are escaped: `?Reason=SIP%3Bcause%3D302`; some networks do not:
 * `?Reason=SIP;cause=302`.
 */
function uriHeadersOf(uri: string): ReadonlyMap<string, string> {
    const question = uri.indexOf("?");
    const headers = question < 0 ? [] : uri.slice(question + 1).split("&");
    return new Map(
        headers.map((header) => {
            const equals = header.indexOf("=");
            return [header.slice(0, equals).toLowerCase(), unescaped(header.slice(equals + 1))] as const;
        }),
    );
}

/** Byte by byte, for what is read here is ASCII and must not throw. */
function unescaped(text: string): string {
    return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function compareIndices(a: string, b: string): number {
    const left = a.split(".").map(Number);
    const right = b.split(".").map(Number);
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
        const difference = (left[i] ?? 0) - (right[i] ?? 0);
        if (difference !== 0) return difference;
    }
    return left.length - right.length;
}
