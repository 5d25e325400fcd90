import { answerChallenge } from "../sip/digest/answerChallenge.ts";
import { newCnonce } from "../sip/digest/newCnonce.ts";
import { DigestClient } from "../sip/digest/DigestClient.ts";
import { escapeUser } from "../sip/sipHeaders.ts";
import type { SipTrunk } from "../sip/SipTrunk.ts";
import { atEachAddress } from "../sip/trunk/atEachAddress.ts";
import { takeNextHopOptions } from "../sip-server/drachtio/nextHopOptions.ts";
import type { Resolver } from "../sip-server/resolve/Resolver.ts";
import { formatHostPort } from "../sip-server/sip/hostPort.ts";
import { parseSipUri, type SipUri } from "../sip-server/sip/SipUri.ts";
import type { SipResponse } from "../sip-server/sip/SipMessage.ts";
import type { Target } from "../sip-server/transport/SipTransport.ts";
import { explainConnectFault } from "./explainConnectFault.ts";
import { type Finding, type Result, timed } from "./Finding.ts";
import { resultOfResponse } from "./resultOfResponse.ts";
import type { ProbeRequest, SipProbe } from "./SipProbe.ts";

export interface TrunkProbeParts {
    readonly probe: SipProbe;
    readonly resolver: Pick<Resolver, "resolve">;
}

/** Addresses of one name that are tried; a carrier has two or three. */
const MAX_TARGETS = 4;

/** Asks a trunk at each of its addresses; where we register, the first also what it has registered. */
export async function probeTrunk(trunk: SipTrunk, parts: TrunkProbeParts): Promise<Finding[]> {
    const findings = await Promise.all(atEachAddress(trunk).map((at) => probeAddress(at, parts)));
    return findings.flat();
}

/** Finds what an address of the configuration stands for, and asks all that. */
async function probeAddress(trunk: SipTrunk, { probe, resolver }: TrunkProbeParts): Promise<Finding[]> {
    const part = `trunk ${trunk.name}`;
    const { nextHop, webSocketPath } = takeNextHopOptions(trunk.nextHop ?? `${trunk.scheme}:${trunk.domain}`);
    const uri = parseSipUri(nextHop);
    if (uri === undefined) throw new Error(`trunk ${trunk.name} has no address`);
    const begun = performance.now();
    const resolution = await resolver.resolve(uri);
    if (!resolution.ok) {
        const advice = "check address and the DNS of this machine";
        const result = { kind: "fails", text: resolution.reason, advice } as const;
        return [{ part, tried: `name ${uri.host}`, result, ms: performance.now() - begun }];
    }
    const atPath = webSocketPath === undefined ? {} : { path: webSocketPath };
    const targets = resolution.targets.slice(0, MAX_TARGETS).map((target) => ({ ...target, ...atPath }));
    const methods = trunk.register === undefined ? (["OPTIONS"] as const) : (["OPTIONS", "REGISTER"] as const);
    const [first, ...others] = targets;
    if (first === undefined) return [];
    return await Promise.all([
        ...methods.map((method) => probeTarget(trunk, uri, first, method, probe)),
        ...others.map((target) => probeTarget(trunk, uri, target, "OPTIONS", probe)),
    ]);
}

async function probeTarget(
    trunk: SipTrunk,
    hop: SipUri,
    target: Target,
    method: ProbeRequest["method"],
    probe: SipProbe,
): Promise<Finding> {
    const name = hop.host === target.address ? "" : ` (${hop.host})`;
    const tried = `${method}, ${target.protocol} ${formatHostPort({ host: target.address, port: target.port })}${name}`;
    return await timed(`trunk ${trunk.name}`, tried, () => askTrunk(trunk, target, method, probe));
}

async function askTrunk(
    trunk: SipTrunk,
    target: Target,
    method: ProbeRequest["method"],
    probe: SipProbe,
): Promise<Result> {
    const { scheme, domain, credentials } = trunk;
    const uri = `${scheme}:${domain}`;
    const user = escapeUser(credentials?.username ?? "anonymous");
    const request = { method, uri, addressOfRecord: `${scheme}:${user}@${domain}` };
    try {
        const answer = await probe.ask(target, request);
        const authorization = typeof answer === "string" ? undefined : authorizationFor(trunk, answer, request);
        if (authorization === undefined) return resultOf(method, answer, credentials === undefined ? "none" : "kept");
        return resultOf(method, await probe.ask(target, { ...request, authorization }), "given");
    } catch (error) {
        return explainConnectFault(error);
    }
}

function resultOf(
    method: ProbeRequest["method"],
    answer: SipResponse | "silence" | "closed",
    credentials: "given" | "kept" | "none",
): Result {
    if (answer === "silence") {
        const advice = "check address and transport, and that no firewall blocks the connection";
        return { kind: "fails", text: "no response", advice };
    }
    if (answer === "closed") {
        const advice = "check transport and port, and whether it requires a client certificate (sip.tls)";
        return { kind: "fails", text: "connection closed by the peer", advice };
    }
    return resultOfResponse(answer.status, answer.reason, { method, credentials });
}

function authorizationFor(
    { credentials }: SipTrunk,
    { status, headers }: SipResponse,
    { method, uri }: ProbeRequest,
): readonly [string, string] | undefined {
    if (credentials === undefined) return undefined;
    const digest = new DigestClient(credentials, newCnonce);
    const challenges = new Map(
        ["WWW-Authenticate", "Proxy-Authenticate"].map((name) => [name.toLowerCase(), headers.all(name).join(", ")]),
    );
    const [answer] = answerChallenge(digest, { status, headers: challenges }, { method, uri, body: "" }) ?? [];
    return answer;
}
