import type { CallPolicy } from "../call/CallPolicy.ts";
import type { CallId, EndCause } from "../call/vocabulary.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import { canonicalHost } from "../numbering/SipAddress.ts";
import type { CallIntake, CallTarget } from "../ports/CallIntake.ts";
import type { Log } from "../ports/Log.ts";
import type { LegReport } from "../ports/SignallingLeg.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { type Admission, admitInvite, PeerTable, type UnknownPeerPolicy } from "./uas/admitInvite.ts";
import { type DecodedInvite, decodeInvite } from "./uas/decodeInvite.ts";
import type { DrachtioListener } from "./drachtio/connectDrachtio.ts";
import type { OwnIdentities, ScreenCaller, WithheldBecause } from "./identity/OwnIdentities.ts";
import { chargingHeaders } from "./ims/chargingVector.ts";
import { readNetworkContext, readPhoneNetwork } from "./ims/NetworkContext.ts";
import { replyOutsideDialog } from "./methodReplies.ts";
import type { Phones } from "./registrar/Phones.ts";
import type { SipAccount } from "./registrar/SipAccount.ts";
import type { RegisteredCall, TrunkRegistrations } from "./registration/TrunkRegistrations.ts";
import { PeerLoad } from "./uas/PeerLoad.ts";
import { UnansweredRequests } from "./uas/UnansweredRequests.ts";
import type { SipEnvironment } from "./dialog/SipDialog.ts";
import { reasonHeader, SIP_ENDINGS } from "./sipEndCause.ts";
import type { IncomingRequest, OutgoingResponse } from "./SipStack.ts";
import type { SipPeer } from "./SipTrunk.ts";
import { TrunkAuthenticator, type TrunkAuthentication } from "./trunk/TrunkAuthenticator.ts";
import type { TrunkHealth } from "./trunk/TrunkHealth.ts";
import { UasLeg } from "./uas/UasLeg.ts";

export interface SipGatewayParts extends SipEnvironment {
    readonly log: Log;
    readonly telemetry: Telemetry;
    /** All peers that may call in, trunks included; the first one that matches is used. */
    readonly peers: readonly SipPeer[];
    readonly unknownPeers: UnknownPeerPolicy;
    /** Digest realm for challenges to trunks. */
    readonly realm: string;
    /** Where we are registered: calls that come by that are their trunk's, wherever they come from. */
    readonly registrations: Pick<TrunkRegistrations, "callOf">;
    /** Is informed of every request from a peer or trunk. */
    readonly availability?: Pick<TrunkHealth, "calledFrom">;
    /** The phones of Matrix users, where there are accounts. */
    readonly phones?: Phones;
    /** The callers that peers and trunks cannot name. */
    readonly ownIdentities: Pick<OwnIdentities, "screen">;
    /** Whom a dialled party reaches, or undefined (DialPlan.calleeOf). */
    readonly calleeOf: (dialled: RemoteParty) => MatrixUserId | undefined;
    readonly intake: CallIntake;
    readonly policy: CallPolicy;
    readonly newCallId: () => CallId;
}

/** What is to be known of a caller to read its INVITE. */
type Caller = Pick<SipPeer, "name" | "trusted" | "defaultCountry" | "shortCodes" | "charging" | "minimumMedia">;

/** Takes in what the SIP side sends: new calls go to the desk, requests within dialogs to their leg. Never throws. */
export class SipGateway implements DrachtioListener {
    readonly #parts: SipGatewayParts;
    readonly #peers: PeerTable;
    readonly #trunks: TrunkAuthenticator;
    readonly #silent: UnansweredRequests;
    readonly #load: PeerLoad;
    #state: "serving" | "stopping" = "serving";

    constructor(parts: SipGatewayParts) {
        this.#parts = parts;
        this.#peers = new PeerTable(parts.peers);
        this.#trunks = new TrunkAuthenticator(parts);
        this.#silent = new UnansweredRequests(parts.clock);
        this.#load = new PeerLoad(parts.calls, parts.clock);
    }

    /** From now on new requests are refused with 503. What goes on goes on: the desk ends its calls. */
    stop(): void {
        this.#state = "stopping";
    }

    /**
     * Resolves once no call is left on the SIP side, or after that many ms: an INVITE that nobody answered yet can only be
     * cancelled once somebody does (RFC 3261, section 9.1), and would ring for nobody if we were gone before.
     */
    async drain(withinMs: number): Promise<void> {
        let cancel = (): void => undefined;
        const late = new Promise<void>((resolve) => {
            cancel = this.#parts.clock.startTimer(withinMs, resolve);
        });
        await Promise.race([this.#parts.calls.over(), late]);
        cancel();
    }

    /** Requests from unknown peers that are held without an answer. */
    get unanswered(): number {
        return this.#silent.held;
    }

    onLost(): void {
        this.#silent.lost();
        this.#parts.calls.lost();
    }

    onRequest(request: IncomingRequest): void {
        const dialog = this.#parts.calls.dialogOf(request);
        if (dialog !== undefined) return dialog.handle(request);
        const isNew = request.dialogId === undefined && request.origin === "network";
        if (!isNew) return this.#respond(request, replyOutsideDialog(request));
        const registered = this.#parts.registrations.callOf(request);
        if (registered !== undefined) return this.#takeRegistered(request, registered);
        const admission = admitInvite(this.#peers, request.source, this.#parts.unknownPeers);
        const { phones } = this.#parts;
        const phone = phones?.authenticate(request, admission.verdict === "allow" ? "peer" : "unknown");
        if (phones !== undefined && phone?.kind === "phone") {
            return this.#takeFromPhone(request, phone.account, phones, admission);
        }
        if (phone?.kind === "answer") {
            this.#parts.telemetry.dropped("sip", phone.why);
            return this.#respond(request, phone.response);
        }
        const trunk = this.#trunks.authenticate(request, admission.verdict === "allow" ? admission.peer : undefined);
        if (trunk.kind === "trunk") return this.#takeNew(request, trunk.peer);
        if (trunk.kind === "answer") return this.#demandProof(request, trunk);
        if (admission.verdict !== "allow" && phones?.isOfPhone(request) === true) {
            return this.#respond(request, replyOutsideDialog(request));
        }
        switch (admission.verdict) {
            case "allow":
                return this.#takeNew(request, admission.peer);
            case "refuse":
                return this.#rejectUnknown(request);
            case "drop":
                return this.#dropUnknown(request);
        }
    }

    /** Who knows our contact has it from the trunk; one that has to prove itself has to all the same. */
    #takeRegistered(request: IncomingRequest, { trunk, uri }: RegisteredCall): void {
        const verdict = this.#trunks.authenticate(request, trunk);
        if (verdict.kind === "answer") return this.#demandProof(request, verdict);
        this.#takeNew(request, trunk, uri);
    }

    #demandProof(request: IncomingRequest, { why, response }: Extract<TrunkAuthentication, { kind: "answer" }>): void {
        this.#parts.telemetry.dropped("sip", why);
        this.#respond(request, response);
    }

    /** @param uri whom it is for, where the Request-URI does not say so */
    #takeNew(request: IncomingRequest, peer: SipPeer, uri = request.uri): void {
        this.#parts.availability?.calledFrom(peer.name, request.source.address);
        if (request.method === "ACK") return;
        const { charging } = readNetworkContext(request.headers, peer);
        const refuse = (response: OutgoingResponse): void =>
            this.#respond(request, { ...response, headers: { ...chargingHeaders(charging), ...response.headers } });
        if (this.#state === "stopping") return refuse(SERVICE_UNAVAILABLE);
        if (request.method !== "INVITE") return this.#respond(request, replyOutsideDialog(request));
        const from = hostAt(request.source.address);
        const screen: ScreenCaller = (named) =>
            this.#parts.ownIdentities.screen(named, peer.trusted ? "trusted" : "untrusted", from);
        const invite = this.#read(request, uri, peer, screen, refuse);
        if (invite === undefined) return;
        const callee = this.#calleeOf(invite);
        if (callee === undefined) {
            this.#parts.telemetry.dropped("sip", "unknown callee");
            this.#parts.log.info("inbound call rejected: number not mapped", { peer: peer.name });
            return refuse(NOT_FOUND);
        }
        if (this.#isTooMuch(peer)) return refuse(SERVICE_UNAVAILABLE);
        const { caller, provenance } = invite;
        const target = { network: "matrix", media: "webrtc", callee, caller, provenance } as const;
        this.#open(request, invite, peer, target, this.#parts.phones?.targetsFor(callee, caller));
    }

    #takeFromPhone(request: IncomingRequest, account: SipAccount, phones: Phones, admission: Admission): void {
        if (this.#state === "stopping") return this.#respond(request, SERVICE_UNAVAILABLE);
        if (request.method === "REGISTER") {
            const isTrusted = admission.verdict === "allow" && admission.peer.trusted;
            const sender = isTrusted ? "trusted" : "untrusted";
            void phones.register(account, request, sender).then((response) => this.#respond(request, response));
            return;
        }
        const { username, displayName } = account;
        const refuse = (response: OutgoingResponse): void => this.#respond(request, response);
        const sender = { ...account, name: username, trusted: false };
        const read = this.#read(request, request.uri, sender, (caller) => ({ kind: "shown", caller }), refuse);
        if (read === undefined) return;
        if (this.#isTooMuch({ name: username, ...PHONE_LOAD })) return this.#respond(request, SERVICE_UNAVAILABLE);
        const network = readPhoneNetwork(request.headers);
        const invite = { ...read, network };
        const route = phones.routeOf(invite.callees, account);
        switch (route.kind) {
            case "refused":
                this.#parts.telemetry.dropped("sip", "phone may not dial this");
                this.#parts.log.info("call from a phone rejected", { account: username, cause: route.cause });
                return this.#respond(request, refusal(route.cause));
            case "matrix": {
                const { callee } = route;
                const caller = invite.caller.kind === "anonymous" ? invite.caller : phones.callerOf(account);
                const target = { network: "matrix", media: "webrtc", callee, caller } as const;
                return this.#open(
                    request,
                    invite,
                    { name: username, from: "phone" },
                    target,
                    phones.targetsFor(callee, caller, account),
                );
            }
            case "trunk": {
                const { callee, trunks, media } = route;
                const caller = {
                    caller: account.user,
                    ...(displayName !== undefined && { callerName: displayName }),
                    ...(invite.caller.kind === "anonymous" && { callerIs: "withheld" as const }),
                    ...(network.accessNetwork !== undefined && { accessNetwork: network.accessNetwork }),
                };
                const target = { network: "sip", media, callee, ...caller, trunks } as const;
                return this.#open(request, invite, { name: username, from: "phone" }, target);
            }
        }
    }

    /** Undefined if it cannot be taken, which the sender is told by `refuse`. */
    #read(
        request: IncomingRequest,
        uri: string,
        peer: Caller,
        screen: ScreenCaller,
        refuse: (response: OutgoingResponse) => void,
    ): DecodedInvite | undefined {
        const { headers, body, source } = request;
        const invite = decodeInvite({ uri, headers, body, source }, peer, screen);
        if (invite.kind === "invite") {
            if (invite.withheldBecause !== undefined) this.#reportWithheld(request, peer, invite.withheldBecause);
            return invite;
        }
        this.#parts.telemetry.dropped("sip", "unacceptable INVITE");
        this.#parts.log.info("INVITE refused", { peer: peer.name, status: invite.status });
        refuse(invite);
        return undefined;
    }

    #reportWithheld({ headers }: IncomingRequest, { name: peer }: Caller, identity: WithheldBecause): void {
        const hint = "only trusted peers can name users and mapped numbers, and accounts need their password";
        this.#parts.log.info("caller withheld: identity belongs to the bridge", {
            peer,
            sipCallId: headers.get("call-id"),
            identity,
            hint,
        });
    }

    #open(
        request: IncomingRequest,
        invite: DecodedInvite,
        { name: peer, credentials, from = "peer" }: Pick<SipPeer, "name" | "credentials"> & { from?: "peer" | "phone" },
        target: CallTarget,
        alsoRing: readonly CallTarget[] = [],
    ): void {
        const { intake, policy, newCallId } = this.#parts;
        const callId = newCallId();
        const log = this.#parts.log.child({ callId, leg: "sip" });
        const sipCallId = request.headers.get("call-id");
        this.#parts.recorder?.note(callId, { kind: "inviteReceived", from, sender: peer, sipCallId });
        // the desk answers at once, so nothing can be reported before it has
        let report: LegReport = () => undefined;
        const leg = new UasLeg({
            ...this.#parts,
            log,
            callId,
            request,
            invite,
            peer,
            credentials,
            report: (fact) => report(fact),
        });
        const opened = intake.open({
            callId,
            origin: leg,
            originMedia: invite.media,
            offer: invite.offer,
            target,
            alsoRing,
            policy,
        });
        if ("refused" in opened) {
            leg.end(opened.refused).catch((error: unknown) => log.debug("SIP message not sent", { error }));
        } else {
            report = opened.report;
            leg.opened();
        }
    }

    /** Tells the operator once in a while: a peer gone wild would fill the log as well. */
    #isTooMuch(peer: Pick<SipPeer, "name" | "maxCalls" | "callsPerSecond">): boolean {
        const verdict = this.#load.admit(peer);
        if (verdict.kind === "admitted") return false;
        this.#parts.telemetry.dropped("sip", verdict.why);
        if (verdict.isNews) this.#parts.log.warn(TOO_MUCH[verdict.why], { peer: peer.name });
        return true;
    }

    #calleeOf(invite: DecodedInvite): MatrixUserId | undefined {
        for (const callee of invite.callees) {
            const user = this.#parts.calleeOf(callee);
            if (user !== undefined) return user;
        }
        return undefined;
    }

    #rejectUnknown(request: IncomingRequest): void {
        this.#parts.telemetry.dropped("sip", "unknown peer");
        if (request.method !== "ACK") this.#respond(request, { status: 403 });
    }

    #dropUnknown(request: IncomingRequest): void {
        this.#parts.telemetry.dropped("sip", "unknown peer");
        if (request.method !== "ACK" && !this.#silent.hold(request)) this.#respond(request, { status: 403 });
    }

    #respond(request: IncomingRequest, response: OutgoingResponse | undefined): void {
        if (response === undefined) return;
        const complete = { ...response, headers: { ...response.headers, "User-Agent": this.#parts.userAgent } };
        request.respond(complete).catch((error: unknown) => {
            this.#parts.log.debug("SIP message not sent", { error });
        });
    }
}

/** @param address an IP address, IPv6 without brackets */
function hostAt(address: string): string {
    return canonicalHost(address.includes(":") ? `[${address}]` : address) ?? address;
}

const TOO_MUCH = {
    "peer full": "inbound call rejected: peer has reached its maximum number of calls",
    "peer too fast": "inbound call rejected: peer exceeds its call rate",
} as const;

/** What a registered phone may do, or one that was taken over: more than a receptionist does, less than a dialler. */
const PHONE_LOAD = { maxCalls: 50, callsPerSecond: 0.5 } as const;

const SERVICE_UNAVAILABLE: OutgoingResponse = {
    status: SIP_ENDINGS.serviceUnavailable.status,
    headers: { Reason: reasonHeader("serviceUnavailable"), "Retry-After": "10" },
};

const NOT_FOUND = refusal("notFound");

function refusal(cause: EndCause): OutgoingResponse {
    return { status: SIP_ENDINGS[cause].status, headers: { Reason: reasonHeader(cause) } };
}
