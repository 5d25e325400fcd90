import { describe, expect, it } from "vitest";
import { addHeader, type DraftMessage, replaceHeader } from "../../../../lab/fuzz/DraftMessage.ts";
import { type CallDirection, playCall } from "../../../../lab/fuzz/scriptedCall.ts";

type Change = (draft: DraftMessage) => DraftMessage;

const urnContact =
    'sip:p@192.0.2.1;+sip.instance="<urn:gsma:imei:00000000-000000-0>";+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel";audio';

const header =
    (name: string, value: string): Change =>
    (draft) =>
        replaceHeader(draft, name, () => value);
const moreHeader =
    (name: string, value: string): Change =>
    (draft) =>
        addHeader(draft, name, value);
const startLine =
    (change: (line: string) => string): Change =>
    (draft) => ({ ...draft, startLine: change(draft.startLine) });

/** What the application got, after a call in which that message of the peer was changed. */
async function play(direction: CallDirection, changed: string, change: Change) {
    return playCall(direction, (name, draft) => (name === changed ? change(draft) : draft));
}

/** Shapes seen in public reports on other SIP software. */
describe("a call succeeds", () => {
    it.each<[string, CallDirection, string, Change]>([
        [
            "a Contact without brackets and with a URN in a parameter",
            "inbound",
            "INVITE",
            header("Contact", urnContact),
        ],
        ["such a Contact in a 180", "outbound", "180", header("Contact", urnContact)],
        ["such a Contact in a 200", "outbound", "200", header("Contact", urnContact)],
        ["a Contact that cannot be read in a 180", "outbound", "180", header("Contact", "<sip:")],
        ["a blank behind the version of an ACK", "inbound", "ACK", startLine((line) => `${line} `)],
        ["a blank behind the version of an INVITE", "inbound", "INVITE", startLine((line) => `${line} `)],
        ["two blanks in the first line of an ACK", "inbound", "ACK", startLine((line) => line.replaceAll(" ", "  "))],
        ["a Request-URI with blanks in an ACK", "inbound", "ACK", startLine((line) => line.replace("s@", "s s@"))],
        ["a Request-URI that is none in a BYE", "inbound", "BYE", startLine(() => "BYE <x> SIP/2.0")],
        ["another method in the CSeq of an ACK", "inbound", "ACK", header("CSeq", "1 INVITE")],
        ["another method in the CSeq of a BYE", "outbound", "BYE", header("CSeq", "2 bye")],
        ["a display name in double quotes twice", "inbound", "INVITE", header("To", '""unknown"" <sip:s@192.0.2.2>')],
        ["an empty tag in To", "inbound", "INVITE", header("To", "<sip:s@192.0.2.2>;tag=")],
        ["an empty tag in quotes in To", "inbound", "INVITE", header("To", '<sip:s@192.0.2.2>;x=1;tag=""')],
        ["an underscore in the host of From", "inbound", "INVITE", header("From", "<sip:b@pbx_1>;tag=p1")],
        ["line ends by LF alone", "inbound", "INVITE", (draft) => ({ ...draft, lineEnd: "\n" })],
        ["line ends by CR CR LF", "outbound", "200", (draft) => ({ ...draft, lineEnd: "\r\r\n" })],
        [
            "an equals sign in a URI parameter",
            "inbound",
            "INVITE",
            startLine((line) => line.replace(" SIP", ";x=a=b SIP")),
        ],
        [
            "a Via that names another transport",
            "inbound",
            "INVITE",
            (draft) => replaceHeader(draft, "Via", (via) => via.replace("UDP", "TLS")),
        ],
        ["a second Via that cannot be read", "inbound", "INVITE", moreHeader("Via", "nonsense")],
        [
            "Content-Length twice",
            "inbound",
            "INVITE",
            (draft) =>
                moreHeader(
                    "l",
                    String(draft.body.length),
                )(moreHeader("Content-Length", String(draft.body.length))(draft)),
        ],
        ["a Content-Length that is no number in an ACK", "inbound", "ACK", moreHeader("Content-Length", "none")],
        ["Max-Forwards out of range", "inbound", "INVITE", header("Max-Forwards", "1000")],

        ["no CSeq in a 200", "outbound", "200", header("CSeq", "")],
        [
            "no Contact in a 200",
            "outbound",
            "200",
            (draft) => ({ ...draft, headers: draft.headers.filter(([name]) => name !== "Contact") }),
        ],
    ])("with %s", async (_name, direction, changed, change) => {
        await play(direction, changed, change);
    });
});

describe("the application gets", () => {
    it.each([
        ['""unknown"" <sip:b@192.0.2.1>;tag=p1', '"unknown" <sip:b@192.0.2.1>;tag=p1'],
        ['"Joe" Smith" <sip:b@192.0.2.1>;tag=p1', '"Joe Smith" <sip:b@192.0.2.1>;tag=p1'],
        ['"Joe" Smith" <sip:b@192.0.2.1>;tag=p1;x="<urn:y>"', '"Joe Smith" <sip:b@192.0.2.1>;tag=p1;x="<urn:y>"'],
        ['"open <sip:b@192.0.2.1>;tag=p1;x="', '"open" <sip:b@192.0.2.1>;tag=p1'],
        ["Bell, Alexander <sip:b@192.0.2.1>;tag=p1", '"Bell, Alexander" <sip:b@192.0.2.1>;tag=p1'],
        ["< sip:b@192.0.2.1 > ;tag=p1", "<sip:b@192.0.2.1>;tag=p1"],
        ["sip:b@192.0.2.1;tag=p1", "sip:b@192.0.2.1;tag=p1"],
    ])("From %s as %s", async (sent, got) => {
        const [invite] = await play("inbound", "INVITE", header("From", sent));
        expect(invite?.message.headers.get("From")).toBe(got);
    });

    it("a Refer-To without brackets that holds headers", async () => {
        const [invite] = await play("inbound", "INVITE", moreHeader("Refer-To", "sip:foo@bar?Replaces=1%3Bto-tag%3D2"));
        expect(invite?.message.headers.get("Refer-To")).toBe("sip:foo@bar?Replaces=1%3Bto-tag%3D2");
    });

    it("a Latin-1 display name as text", async () => {
        const change: Change = (draft) => ({
            ...header("From", '"Jürgen" <sip:b@h>;tag=p1')(draft),
            encoding: "latin1",
        });
        const [invite] = await play("inbound", "INVITE", change);
        expect(invite?.message.headers.get("From")).toBe('"Jürgen" <sip:b@h>;tag=p1');
    });

    it("the elements of P-Asserted-Identity that can be read", async () => {
        const value = 'nonsense <<, ""Jane"" <sip:jane@192.0.2.1>, <tel:+442079460111>';
        const [invite] = await play("inbound", "INVITE", moreHeader("P-Asserted-Identity", value));
        expect(invite?.message.headers.list("P-Asserted-Identity")).toEqual([
            '"Jane" <sip:jane@192.0.2.1>',
            "<tel:+442079460111>",
        ]);
    });
});
