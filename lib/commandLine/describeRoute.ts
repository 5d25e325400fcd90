import { sipTrunksOf } from "../assembly/sipTrunksOf.ts";
import type { Config } from "../config/Config.generated.ts";
import { ConfigError } from "../config/ConfigError.ts";
import { dialPlanRulesOf } from "../config/dialPlanRules.ts";
import { formatHostPort } from "../config/HostPort.ts";
import { numberingOf } from "../config/numberingOf.ts";
import { DialPlan } from "../numbering/DialPlan.ts";
import { foldTypedText } from "../numbering/foldTypedText.ts";
import type { InboundDecision } from "../numbering/InboundRouting.ts";
import { parseMatrixUserId, type MatrixUserId } from "../numbering/MatrixUserId.ts";
import { parseRemoteParty, type RemoteParty } from "../numbering/RemoteParty.ts";
import { composeInvite } from "../sip/uac/composeInvite.ts";
import { calleesOf } from "../sip/uas/decodeInvite.ts";
import type { SipPeer } from "../sip/SipTrunk.ts";

export interface RouteQuestion {
    /** A number or SIP address, as it is dialled. */
    readonly called: string;
    /** The peer or trunk that sends an inbound call. */
    readonly from: string | undefined;
    /** The Matrix user that makes an outbound call. */
    readonly as: string | undefined;
}

export interface RouteAnswer {
    readonly lines: readonly string[];
    readonly isAllowed: boolean;
}

/** Describes where a call goes and why, with the code that routes calls. Throws a `ConfigError` for wrong options. Pure. */
export function describeRoute(config: Config, { called, from, as }: RouteQuestion): RouteAnswer {
    if (as === undefined) return inboundRoute(config, called, from);
    const user = parseMatrixUserId(as);
    if (user === undefined) throw misuse(`--as: ${as} is not a Matrix user such as @alice:matrix.example`);
    if (from !== undefined) throw misuse("--from is for inbound calls, and --as for outbound calls; use one of them");
    return outboundRoute(config, called, user);
}

function inboundRoute(config: Config, called: string, from: string | undefined): RouteAnswer {
    const { peers } = sipTrunksOf(config);
    const sender = peers.find(({ name }) => name === from);
    if (from !== undefined && sender === undefined) {
        const known = peers.map(({ name }) => name).join(", ");
        throw misuse(`--from: there is no peer or trunk ${from}; known are ${known === "" ? "none" : known}`);
    }
    const callees = calleesOf(calledUri(config, called), sender ?? numberingOf(config));
    const title = `Inbound call to ${called}${from === undefined ? "" : ` from ${from}`}`;
    const decision =
        callees === "unknown scheme" ? undefined : new DialPlan(dialPlanRulesOf(config)).routeInbound(callees, from);
    if (callees === "unknown scheme" || (callees.length === 0 && decision === undefined)) {
        return rejected(title, "rejected with 484: this is neither a number nor a SIP address");
    }
    const parties = `called      ${callees.length === 0 ? "neither a number nor a user" : callees.map(describeParty).join(", or ")}`;
    if (decision === undefined) return rejected(title, parties, `rejected with 404: ${whyUnrouted(config, sender)}`);
    const phones = config.accounts.filter(({ user }) => user === decision.user).map(({ username }) => username);
    return {
        isAllowed: true,
        lines: [
            title,
            `  ${parties}`,
            `  reaches     ${decision.user}`,
            `  because of  ${describeReason(decision)}`,
            ...(phones.length === 0 ? [] : [`  phones      ${phones.join(", ")}`]),
        ],
    };
}

/** The Request-URI of an INVITE to the bridge in which a peer dials a number. */
function calledUri({ sip }: Config, called: string): string {
    if (/^(?:sips?|tel):/i.test(called)) return called;
    if (called.includes("@")) return `sip:${called}`;
    const host = sip.publicAddress ?? sip.listen[0]?.address ?? "localhost";
    const user = foldTypedText(called).replaceAll("#", "%23");
    return `sip:${user}@${formatHostPort({ host })}`;
}

function describeReason({ by }: InboundDecision): string {
    switch (by.kind) {
        case "entry":
            return `numbers.map: ${by.entry}`;
        case "address":
            return `the address ${by.address}, which is that of the user`;
        case "default":
            return `defaultUser of ${by.peer}`;
    }
}

function whyUnrouted(config: Config, sender: SipPeer | undefined): string {
    const entries = "no entry of numbers.map matches";
    if (sender !== undefined) return `${entries}, and ${sender.name} has no defaultUser`;
    const defaults = [...config.sip.peers, ...config.trunks].filter(({ defaultUser }) => defaultUser !== undefined);
    if (defaults.length === 0) return entries;
    return `${entries}; with --from ${defaults.map(({ name }) => name).join(" or ")}, it reaches a defaultUser`;
}

function outboundRoute(config: Config, dialled: string, user: MatrixUserId): RouteAnswer {
    const title = `Outbound call by ${user} to ${dialled}`;
    const party = parseRemoteParty(dialled, numberingOf(config));
    if (party === undefined) return rejected(title, "rejected: this is neither a number nor a SIP address");
    const plan = new DialPlan(dialPlanRulesOf(config));
    const callee = plan.calledParty(party);
    if (callee === undefined) {
        const hint = "see numbers.defaultCountry, numbers.shortCodeDigits and numbers.shortCodes";
        return rejected(title, `rejected: ${describeParty(party)} is neither a full number nor a short code; ${hint}`);
    }
    const called = `called      ${describeParty(callee)}`;
    const rule = plan.ruleFor(user, callee);
    if (rule === undefined) return rejected(title, called, `rejected: no rule of dialling.allow allows it to ${user}`);
    const allowed = `allowed by  dialling.allow[${rule.index}]: ${rule.pattern}`;
    const verdict = plan.whoMayDial(user, party);
    const phones = phonesOf(config, plan, callee);
    if (phones.length > 0) {
        return { isAllowed: true, lines: [title, `  ${called}`, `  ${allowed}`, `  phones      ${phones.join(", ")}`] };
    }
    if (verdict.kind !== "allowed") {
        return rejected(title, called, allowed, "rejected: no trunk serves it; see prefixes and domains of trunks");
    }
    const { trunks } = verdict;
    return {
        isAllowed: true,
        lines: [
            title,
            `  ${called}`,
            `  ${allowed}`,
            `  trunks      ${trunks.join(", then ")}`,
            ...requestLines(config, callee, user, trunks),
        ],
    };
}

/** Accounts whose phones ring instead of a trunk being called. */
function phonesOf({ accounts }: Config, plan: DialPlan, callee: RemoteParty): readonly string[] {
    const owner = plan.calleeOf(callee);
    return accounts.filter(({ user }) => user === owner).map(({ username, user }) => `${username} of ${user}`);
}

/** The Request-URI and the identity headers of the INVITE to the first trunk. */
function requestLines(
    config: Config,
    callee: RemoteParty,
    caller: MatrixUserId,
    [first]: readonly [string, ...string[]],
): readonly string[] {
    const trunk = sipTrunksOf(config).trunks.find(({ name }) => name === first);
    if (trunk === undefined) return [];
    const { uri, headers } = composeInvite({ trunk }, { callee, caller }, { userAgent: "" });
    const identity = ["From", "P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Privacy"];
    return [
        `  INVITE      ${uri}`,
        ...identity.flatMap((name) => {
            const value = headers[name];
            return value === undefined
                ? []
                : [`  ${name}: ${value.replaceAll("@localhost", "@<address of the bridge>")}`];
        }),
    ];
}

function describeParty(party: RemoteParty): string {
    switch (party.kind) {
        case "number":
            return `number ${party.number}`;
        case "address":
            return `address ${party.address}`;
        case "anonymous":
            return "anonymous";
    }
}

function misuse(text: string): ConfigError {
    return new ConfigError([text]);
}

function rejected(title: string, ...details: readonly string[]): RouteAnswer {
    return { isAllowed: false, lines: [title, ...details.map((line) => `  ${line}`)] };
}
