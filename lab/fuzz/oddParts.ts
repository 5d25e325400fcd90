import { addHeader, type DraftHeader, type DraftMessage, replaceHeader } from "./DraftMessage.ts";
import type { Random } from "./Random.ts";

type Texts = readonly [string, ...string[]];

/** Display names that break the grammar, or hardly keep to it. They hide neither the address nor its tag. */
const displayNames: Texts = [
    '""unknown""',
    '"Joe" Smith"',
    '"open',
    "a, b",
    "Bell; Alexander",
    "Grüße 大",
    '"\\"',
    "'",
    '"<x>"',
    '"a\\\0\u0001\u007f"',
];
/** Header parameters that nothing uses. */
const headerParams: Texts = [
    ';+sip.instance="<urn:gsma:imei:00000000-000000-0>"',
    ';+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel";audio',
    ';x="',
    ";x=<a>",
    ';x=a"b"',
    ";=x",
    ";;",
    ";q=high",
    ";expires=never",
    ";x=ü",
    ";[x]=1",
    "; x = 1 ",
];
/** URI parameters that are only sent back. */
const uriParams: Texts = [";x=a=b", ";=", ";x=%zz", ";ü", ";x=[::1", ";transport", ";x={}|^", ";ob;ob"];
const viaParams: Texts = [
    ";keep",
    ';x="',
    ";=1",
    ";received=",
    ";rport=x",
    ";x=<",
    ";alias;i=:",
    ";ttl=high",
    ";maddr=<>",
];
const sentBys: Texts = ["asterisk_1", "192.0.2.1:99999", "2001:db8::1", "-", "ü.example:5060", "[::1"];

/** Whole header lines that nothing uses. */
const lines: readonly [DraftHeader, ...DraftHeader[]] = [
    ["", "a line without a name"],
    ["X Y", "a name of two words"],
    ["Subject ", "a blank before the colon"],
    ["Date", "yesterday"],
    ["Expires", "soon"],
    ["Max-Forwards", "999"],
    ["Max-Forwards", "-1"],
    ["Warning", '399 x "y'],
    ["User-Agent", '<<<"'],
    ["Server", "\u0007"],
    ["Allow", ",,,"],
    ["Supported", ""],
    ["Require", ""],
    ["k", "timer,, ,"],
    ["Session-Expires", "x;refresher"],
    ["Min-SE", ","],
    ["Timestamp", "noon"],
    ["Reason", "Q.850;cause="],
    ["P-Asserted-Identity", "nonsense <<"],
    ["Diversion", '"open'],
    ["Priority", "\r\n urgent\r\n\t folded"],
    ["Content-Disposition", ";handling"],
    ["Accept", ";;q=x"],
    ["MIME-Version", "1.0.0.0"],
    ["Subject", "a\nb"],
    ["Subject", "a\0b"],
    ["Organization", "x".repeat(3_000)],
    ["Record-Route", "<sip:"],
    ["Contact", "<sip:"],
    ["m", "nonsense"],
];

type Change = (random: Random, draft: DraftMessage) => DraftMessage;

/** The changes that leave every part that is used as it was. */
const changes: readonly [Change, ...Change[]] = [
    (random, draft) => addHeader(draft, ...random.pick(lines)),
    (random, draft) => addHeader(draft, ...random.pick(lines)),
    (random, draft) => changeAddress(random, draft, random.pick(["From", "To"])),
    (random, draft) => changeContact(random, draft),
    (random, draft) => changeTopVia(random, draft),
    (random, draft) => changeStartLine(random, draft),
    (random, draft) => ({ ...draft, lineEnd: random.pick(["\n", "\r\r\n"]) }),
    (_random, draft) => ({
        ...replaceHeader(draft, "From", (from) => from.replace("Alice", "Jürgen")),
        encoding: "latin1",
    }),
    (random, draft) => respell(random, draft),
    (_random, draft) => ({ ...draft, headers: draft.headers.filter(([name]) => name !== "Max-Forwards") }),
    (random, draft) => ({ ...draft, headers: [...draft.headers].sort(() => random.fraction() - 0.5) }),
    (random, draft) => repeatHeader(random, draft),
    (random, draft) => loseHeader(random, draft),
];

/** The message with one odd part that nothing uses. */
export function addOddPart(random: Random, draft: DraftMessage): DraftMessage {
    return random.pick(changes)(random, draft);
}

function isResponse({ startLine }: DraftMessage): boolean {
    return startLine.startsWith("SIP/");
}

function changeAddress(random: Random, draft: DraftMessage, name: "From" | "To"): DraftMessage {
    return replaceHeader(draft, name, (value) => {
        if (random.chance(0.5)) return `${value}${random.pick(headerParams)}`;
        const address = value.slice(value.indexOf("<"));
        if (random.chance(0.5)) return `${random.pick(displayNames)} ${address}`;
        return address.replace(">", `${random.pick(uriParams)}>`);
    });
}

function changeContact(random: Random, draft: DraftMessage): DraftMessage {
    return replaceHeader(draft, "Contact", (value) => {
        const bare = value.slice(1, -1);
        switch (random.below(4)) {
            case 0:
                return `${bare}${random.pick(headerParams)}`;
            case 1:
                return `${random.pick(displayNames)} ${value}${random.pick(headerParams)}`;
            case 2:
                return `<${bare}${random.pick([";x=a=b", ";ob", ";x=%zz", ";ü"])}>`;
            default:
                return `<sip:, ${value}, nonsense`;
        }
    });
}

function changeTopVia(random: Random, draft: DraftMessage): DraftMessage {
    return replaceHeader(draft, "Via", (value) => {
        if (isResponse(draft) || random.chance(0.5)) return `${value}${random.pick(viaParams)}`;
        if (random.chance(0.5)) return value.replace(/192\.0\.2\.1(?=;)/, random.pick(sentBys));
        return value.replace("UDP", random.pick(["TLS", "udp", "SCTP", "TLS-SCTP"]));
    });
}

function changeStartLine(random: Random, draft: DraftMessage): DraftMessage {
    const { startLine } = draft;
    const blanks = (): string => startLine.replaceAll(" ", random.pick(["  ", "\t", " \t "]));
    if (isResponse(draft)) {
        const [version = "", status = ""] = startLine.split(" ");
        return {
            ...draft,
            startLine: random.pick([`${version} ${status}`, `${version} ${status} `, blanks(), `${startLine} ü "<`]),
        };
    }
    const odd = startLine.replace(" SIP", `${random.pick(uriParams)} SIP`);
    return { ...draft, startLine: random.pick([`${startLine} `, `${startLine}\t`, blanks(), odd, ` ${startLine}`]) };
}

/** Header names in any case, compact, or with blanks before the colon. */
function respell(random: Random, draft: DraftMessage): DraftMessage {
    const compact: Readonly<Record<string, string>> = { Via: "v", From: "f", To: "t", "Call-ID": "i", Contact: "m" };
    const headers = draft.headers.map(([name, value]): DraftHeader => [
        random.pick([name.toLowerCase(), name.toUpperCase(), `${name} \t`, compact[name] ?? name]),
        random.pick([value, ` ${value}\t`, value.replace(" ", "\r\n ")]),
    ]);
    return { ...draft, headers };
}

function repeatHeader(random: Random, draft: DraftMessage): DraftMessage {
    const name = random.pick(["From", "To", "Call-ID", "CSeq", "Max-Forwards"]);
    const again = draft.headers.find((header) => header[0] === name);
    return again === undefined ? draft : addHeader(draft, ...again);
}

/** A response is matched by its branch: what it should have copied from its request is known. */
function loseHeader(random: Random, draft: DraftMessage): DraftMessage {
    if (!isResponse(draft)) return draft;
    const lost = random.pick(["From", "Call-ID", "CSeq", "Contact"]);
    if (random.chance(0.5)) return { ...draft, headers: draft.headers.filter(([name]) => name !== lost) };
    return lost === "Contact" ? draft : replaceHeader(draft, lost, () => "");
}
