import {
    CAUSES_OF_MATRIX_REASON,
    CAUSES_OF_Q850,
    CAUSES_OF_STATUS,
    type Ending,
    ENDINGS,
} from "../../lib/call/endings.ts";
import { END_CAUSES, type EndCause } from "../../lib/call/vocabulary.ts";

/** Of whom an operator has to think first. */
const CLASSES: Readonly<Record<Ending["fault"], string>> = {
    none: "success",
    caller: "client",
    callee: "client",
    trunk: "upstream",
    homeserver: "upstream",
    media: "indeterminate",
    bridge: "server",
    endingSide: "client",
    endingNetwork: "upstream",
};

const FAULTS: Readonly<Record<Ending["fault"], string>> = {
    none: "–",
    caller: "caller",
    callee: "callee",
    trunk: "trunk",
    homeserver: "homeserver",
    media: "media",
    bridge: "bridge",
    endingSide: "who ended the call",
    endingNetwork: "trunk or homeserver of who ended the call",
};

/** The text of docs/design/call-ends.md. */
export function callEndsPage(): string {
    return `<!-- Generated from lib/call/endings.ts by npm run generate. -->

# Ends of calls

Every end of a call has one cause (\`EndCause\`). This table is the meaning of each in SIP, Q.850 and Matrix, in both directions. *Sent*: the
final response before the answer, the Q.850 cause in the Reason header always, and the reason of \`m.call.hangup\` or \`m.call.reject\`.
*Received*: what a final response, a Reason header (RFC 3326) or a Matrix event means. A Q.850 cause in the table counts more than the status.
Causes and reasons that are not listed are hints without a meaning.

*Fault* is the label \`fault\` of \`sip_bridge_calls_ended_total\` and the field \`fault\` of the call records. If the bridge ended the call, it is the
bridge where the table names the one who ended it. *Class*: \`success\` and \`client\` need no operator, \`upstream\` is a trunk or homeserver,
\`server\` is the bridge itself, and \`indeterminate\` is the media between them.

| Cause | Class | Fault | SIP sent | Q.850 sent | Matrix sent | SIP received | Q.850 received | Matrix received |
|---|---|---|---|---|---|---|---|---|
${END_CAUSES.map((cause) => rowOf(cause, ENDINGS[cause])).join("\n")}

Other responses: 6xx is \`declined\`, everything else from 300 on is \`networkFailure\`. Three rules need more than the table:

- A timeout (408) after ringing is \`noAnswer\`; before that, it is \`noResponse\`. The same is true for Q.850 cause 18, which is
  \`unavailable\` before that. An unanswered request never counts as a call that was not answered.
- 603 with a Q.850 cause without a meaning is Asterisk's way to say that it knows no cause: \`noAnswer\` after ringing, otherwise
  \`unavailable\`. 603 without a Q.850 cause is \`declined\`.
- \`user_hangup\` before the answer is \`cancelled\` from a caller and \`declined\` from a callee. A BYE without a meaningful Reason is \`hungUp\`.
`;
}

function rowOf(cause: EndCause, { fault, sip, matrix, plainReject }: Ending): string {
    const reason = plainReject === true ? `\`${matrix}\`, reject without a reason` : `\`${matrix}\``;
    const received = [
        listOf(Object.entries(CAUSES_OF_STATUS), cause),
        listOf(Object.entries(CAUSES_OF_Q850), cause),
        Object.entries(CAUSES_OF_MATRIX_REASON)
            .filter(([, meaning]) => Object.values(meaning).includes(cause))
            .map(([name]) => `\`${name}\``)
            .join(", "),
    ];
    const cells = [`\`${cause}\``, CLASSES[fault], FAULTS[fault], `${sip.status} ${sip.reason}`, `${sip.q850}`, reason];
    return `| ${[...cells, ...received.map((cell) => (cell === "" ? "–" : cell))].join(" | ")} |`;
}

function listOf(entries: readonly (readonly [string, EndCause])[], cause: EndCause): string {
    const numbers = entries.flatMap(([number, meaning]) => (meaning === cause ? [number] : []));
    return numbers.join(", ");
}
