import type { CallPolicy } from "../../call/CallPolicy.ts";
import type { CallId, EndCause } from "../../call/vocabulary.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { DialPlan } from "../../numbering/DialPlan.ts";
import type { CallIntake, CallTarget } from "../../ports/CallIntake.ts";
import type { CallPlaces } from "../../ports/CallPlaces.ts";
import type { Log, LogFields } from "../../ports/Log.ts";
import type { LegReport } from "../../ports/CallLeg.ts";
import type { SipEnvironment } from "../SipEnvironment.ts";
import { type AssertParty, assertToPeer } from "../identity/assertedParty.ts";
import { hostAt } from "../identity/hostAt.ts";
import type { OwnIdentities, ScreenCaller } from "../identity/OwnIdentities.ts";
import { chargingHeaders } from "../ims/chargingVector.ts";
import { readNetworkContext, readPhoneNetwork } from "../ims/NetworkContext.ts";
import type { Phones } from "../registrar/Phones.ts";
import type { SipAccount } from "../registrar/SipAccount.ts";
import type { PeerLoad } from "../senders/PeerLoad.ts";
import type { KnownSender } from "../senders/Sender.ts";
import { reasonHeader, sipEndingOf } from "../sipEndCause.ts";
import { fromUriOf } from "../identity/fromHeader.ts";
import type { SipResponder } from "../SipResponder.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { placeToTake } from "../transfer/placeToTake.ts";
import type { Replaces } from "../transfer/replaces.ts";
import { referToOn, type WriteReferTo } from "../transfer/referTo.ts";
import { rightsOfPeer } from "../transfer/rightsOfPeer.ts";
import type { TransferRights } from "../transfer/TransferRights.ts";
import type { CallRejections, RejectionRule } from "./CallRejections.ts";
import { type DecodedInvite, decodeInvite } from "./decodeInvite.ts";
import { UasLeg } from "./UasLeg.ts";
import { unroutedCause } from "./unroutedCause.ts";

export interface IncomingCallsParts extends SipEnvironment {
    readonly log: Log;
    readonly responder: Pick<SipResponder, "respond">;
    readonly rejections: Pick<CallRejections, "note" | "count">;
    readonly load: Pick<PeerLoad, "admit">;
    /** The phones of Matrix users, if there are accounts. */
    readonly phones?: Phones;
    /** The callers that peers and trunks cannot name. */
    readonly ownIdentities: Pick<OwnIdentities, "screen">;
    /** Finds the Matrix user that a call from a peer or trunk reaches. */
    readonly dialPlan: Pick<DialPlan, "routeInbound">;
    readonly intake: CallIntake;
    /** The calls that a caller can take over (RFC 3891). */
    readonly places: CallPlaces;
    readonly policy: CallPolicy;
    readonly newCallId: () => CallId;
}

/** An INVITE with its sender, as the rest of this file needs it. */
interface Incoming {
    readonly request: IncomingRequest;
    readonly sender: LogFields;
    readonly peer: Parameters<typeof decodeInvite>[1] &
        Parameters<PeerLoad["admit"]>[0] &
        Pick<SipPeer, "credentials" | "dtmf" | "video">;
    readonly calledUri: string;
    readonly screen: ScreenCaller;
    readonly rights: TransferRights | undefined;
    readonly assert: AssertParty | undefined;
    readonly referTo?: WriteReferTo | undefined;
    readonly respond: (response: OutgoingResponse) => void;
}

/** Turns INVITEs of identified senders into calls, or rejects them. */
export class IncomingCalls {
    readonly #parts: IncomingCallsParts;

    constructor(parts: IncomingCallsParts) {
        this.#parts = parts;
    }

    /** Called with every INVITE that starts a dialog. Synchronous, so that no CANCEL is missed; never throws. */
    handle(request: IncomingRequest, sender: KnownSender): void {
        if (sender.kind === "peer") return this.#fromPeer(request, sender.peer, sender.calledUri);
        if (this.#parts.phones !== undefined) this.#fromPhone(request, sender.account, this.#parts.phones);
    }

    #fromPeer(request: IncomingRequest, peer: SipPeer, calledUri: string): void {
        const { ownIdentities, responder, phones } = this.#parts;
        const at = hostAt(request.source.address);
        const headers = chargingHeaders(readNetworkContext(request.headers, peer).charging);
        const incoming: Incoming = {
            request,
            sender: "domain" in peer ? { trunk: peer.name } : { peer: peer.name },
            peer,
            calledUri,
            screen: (named) => ownIdentities.screen(named, peer.trusted ? "trusted" : "untrusted", at),
            rights: rightsOfPeer(peer, request.source.address),
            assert: assertToPeer(peer),
            referTo: referToOn(peer, this.#parts.calls),
            respond: (response) =>
                responder.respond(request, { ...response, headers: { ...headers, ...response.headers } }),
        };
        const invite = this.#decode(incoming);
        if (invite === undefined) return;
        if (invite.replaces !== undefined) {
            if (this.#hasRoom(incoming, invite)) this.#replace(incoming, invite, invite.replaces);
            return;
        }
        const callee = this.#parts.dialPlan.routeInbound(invite.callees, peer.name)?.user;
        if (callee === undefined) {
            const cause = unroutedCause(invite.callees);
            return this.#reject(incoming, ruleOfUnrouted(invite.callees, cause), rejection(cause), invite);
        }
        if (!this.#hasRoom(incoming, invite)) return;
        const { caller, provenance } = invite;
        const target = { network: "matrix", ...MATRIX_MEDIA, callee, caller, provenance } as const;
        this.#open(incoming, invite, target, phones?.targetsFor(callee, caller));
    }

    #fromPhone(request: IncomingRequest, account: SipAccount, phones: Phones): void {
        const phoneHost = fromUriOf(request.headers)?.host;
        const incoming: Incoming = {
            request,
            sender: { account: account.username },
            peer: { ...account, name: account.username, trusted: false, ...PHONE_LOAD },
            calledUri: request.uri,
            screen: (caller) => ({ kind: "shown", caller }),
            rights: phones.rightsOf(account.username, { address: request.source.address, host: phoneHost }),
            assert: phones.assert,
            respond: (response) => this.#parts.responder.respond(request, response),
        };
        const decoded = this.#decode(incoming);
        if (decoded === undefined || !this.#hasRoom(incoming, decoded)) return;
        const network = readPhoneNetwork(request.headers);
        const invite = { ...decoded, network };
        if (invite.replaces !== undefined) {
            const caller = phones.callerOf(account);
            return this.#replace(incoming, { ...invite, caller }, invite.replaces);
        }
        const route = phones.routeOf(invite.callees, account, phoneHost);
        switch (route.kind) {
            case "refused": {
                const rule = route.cause === "badAddress" ? "number_not_readable" : "number_not_allowed";
                return this.#reject(incoming, rule, rejection(route.cause), invite);
            }
            case "matrix": {
                const { callee } = route;
                const caller = invite.caller.kind === "anonymous" ? invite.caller : phones.callerOf(account);
                const target = { network: "matrix", ...MATRIX_MEDIA, callee, caller } as const;
                return this.#open(incoming, invite, target, phones.targetsFor(callee, caller, account));
            }
            case "trunk": {
                const { callee, trunks, media } = route;
                const caller = {
                    caller: account.user,
                    ...(account.displayName !== undefined && { callerName: account.displayName }),
                    ...(invite.caller.kind === "anonymous" && { callerIs: "withheld" as const }),
                    ...(network.accessNetwork !== undefined && { accessNetwork: network.accessNetwork }),
                };
                return this.#open(incoming, invite, { network: "sip", ...media, callee, ...caller, trunks });
            }
        }
    }

    /** The caller takes the place of a party in another call. */
    #replace(incoming: Incoming, invite: DecodedInvite, replaces: Replaces): void {
        const { rights, peer } = incoming;
        const taker = { rights, trust: peer.trusted ? "trusted" : "untrusted" } as const;
        const place = placeToTake(replaces, taker, this.#parts);
        if (place.kind === "rejected") {
            return this.#reject(incoming, "call_not_replaced", { status: place.status, reason: place.reason }, invite);
        }
        const { leg, callee } = place;
        this.#open(incoming, invite, { network: "call", media: "rtp", leg, caller: invite.caller, callee });
    }

    /** Undefined for an INVITE that has been rejected. */
    #decode(incoming: Incoming): DecodedInvite | undefined {
        const { request, peer, calledUri, screen } = incoming;
        const { headers, body, source } = request;
        const invite = decodeInvite({ uri: calledUri, headers, body, source }, peer, screen);
        if (invite.kind === "refused") {
            this.#reject(incoming, "unacceptable_invite", invite);
            return undefined;
        }
        if (invite.withheldBecause !== undefined) {
            this.#parts.log.info("caller withheld: identity belongs to the bridge", {
                ...incoming.sender,
                sipCallId: headers.get("call-id"),
                identity: invite.withheldBecause,
                hint: "only trusted peers can name users and mapped numbers, and accounts need their password",
            });
        }
        return invite;
    }

    /** Logs a sender over its limit once in a while only, because every further call would add a line. */
    #hasRoom(incoming: Incoming, invite: DecodedInvite): boolean {
        const admission = this.#parts.load.admit(incoming.peer);
        if (admission.kind === "admitted") return true;
        const response = { ...rejection("serviceUnavailable"), headers: OVERLOADED };
        if (admission.isNews) this.#reject(incoming, admission.rule, response, invite);
        else {
            this.#parts.rejections.count(admission.rule);
            incoming.respond(response);
        }
        return false;
    }

    #reject(incoming: Incoming, rule: RejectionRule, response: OutgoingResponse, invite?: DecodedInvite): void {
        const { request, sender, respond } = incoming;
        const parties = invite === undefined ? {} : { caller: invite.caller, callee: invite.callees[0] };
        this.#parts.rejections.note({ request, sender, rule, response, ...parties });
        respond(response);
    }

    #open(
        { request, peer: trust, sender, rights, assert, referTo }: Incoming,
        invite: DecodedInvite,
        target: CallTarget,
        alsoRing: readonly CallTarget[] = [],
    ): void {
        const { intake, policy, newCallId } = this.#parts;
        const { name: peer, credentials, dtmf, video: originVideo } = trust;
        const callId = newCallId();
        const log = this.#parts.log.child({ callId, leg: "sip" });
        const sipCallId = request.headers.get("call-id");
        const from = "account" in sender ? "phone" : "peer";
        this.#parts.recorder?.note(callId, { kind: "inviteReceived", from, sender: peer, sipCallId });
        // the desk returns before anything can be reported
        let report: LegReport = () => undefined;
        const leg = new UasLeg({
            ...this.#parts,
            log,
            callId,
            request,
            invite,
            peer,
            credentials,
            dtmf,
            trust,
            rights,
            assert,
            referTo,
            report: (event) => report(event),
        });
        const { media: originMedia, offer } = invite;
        const ring = [{ targets: [target, ...alsoRing], forMs: policy.ringMs }] as const;
        const opened = intake.open({
            callId,
            origin: leg,
            originMedia,
            ...(originVideo !== undefined && { originVideo }),
            offer,
            ring,
            policy,
        });
        if ("refused" in opened) {
            leg.end(opened.refused).catch((error: unknown) => log.debug("SIP message not sent", { error }));
        } else {
            report = opened.report;
            leg.opened();
        }
    }
}

function rejection(cause: EndCause): OutgoingResponse {
    return { status: sipEndingOf(cause).status, headers: { Reason: reasonHeader(cause) } };
}

/** @param callees what the Request-URI may mean; empty if it has no user */
function ruleOfUnrouted([first]: readonly RemoteParty[], cause: "badAddress" | "notFound"): RejectionRule {
    if (first === undefined) return "unacceptable_invite";
    return first.kind === "number" ? "number_not_mapped" : NOT_SERVED[cause];
}

const NOT_SERVED = { badAddress: "number_not_readable", notFound: "address_not_served" } as const;

/** The media of Matrix clients. */
const MATRIX_MEDIA = { media: "webrtc", video: "permitted" } as const;

const OVERLOADED = { Reason: reasonHeader("serviceUnavailable"), "Retry-After": "10" };

/** Limits of a registered phone, also of one whose password was stolen: more than a receptionist needs, less than a dialler. */
const PHONE_LOAD = { maxCalls: 50, callsPerSecond: 0.5 } as const;
