import type { CallPolicy } from "../call/CallPolicy.ts";
import type { CallId } from "../call/vocabulary.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { CallIntake } from "../ports/CallIntake.ts";
import type { Log } from "../ports/Log.ts";
import type { LegReport } from "../ports/SignallingLeg.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { admitInvite, PeerTable, type StrangerPolicy } from "./admitInvite.ts";
import { type DecodedInvite, decodeInvite } from "./decodeInvite.ts";
import type { DrachtioListener } from "./drachtio.ts";
import { replyOutsideDialog } from "./methodReplies.ts";
import type { TrunkRegistrations } from "./registration/TrunkRegistrations.ts";
import { SilentRefusals } from "./SilentRefusals.ts";
import type { SipEnvironment } from "./SipDialog.ts";
import { reasonHeader, SIP_ENDINGS } from "./sipEndCause.ts";
import type { IncomingRequest, OutgoingResponse } from "./SipStack.ts";
import type { SipPeer } from "./SipTrunk.ts";
import { UasLeg } from "./UasLeg.ts";

export interface SipGatewayParts extends SipEnvironment {
    readonly log: Log;
    readonly telemetry: Telemetry;
    /** Everybody who may call in, trunks included; the first that matches counts. */
    readonly peers: readonly SipPeer[];
    readonly strangers: StrangerPolicy;
    /** Where we are registered: calls that come by that are their trunk's, wherever they come from. */
    readonly registrations: Pick<TrunkRegistrations, "callOf">;
    /** Whom a dialled party reaches, or undefined (DialPlan.calleeOf). */
    readonly calleeOf: (dialled: RemoteParty) => MatrixUserId | undefined;
    readonly intake: CallIntake;
    readonly policy: CallPolicy;
    readonly newCallId: () => CallId;
}

/** Takes in what the SIP side sends: new calls go to the desk, requests within dialogs to their leg. Never throws. */
export class SipGateway implements DrachtioListener {
    readonly #parts: SipGatewayParts;
    readonly #peers: PeerTable;
    readonly #silent: SilentRefusals;
    #state: "serving" | "stopping" = "serving";

    constructor(parts: SipGatewayParts) {
        this.#parts = parts;
        this.#peers = new PeerTable(parts.peers);
        this.#silent = new SilentRefusals(parts.clock);
    }

    /** From now on new requests are refused with 503. What goes on goes on: the desk ends its calls. */
    stop(): void {
        this.#state = "stopping";
    }

    /** Requests of strangers that are held without an answer. */
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
        if (!isNew) return this.#respond(request, replyOutsideDialog(request.method));
        const registered = this.#parts.registrations.callOf(request);
        if (registered !== undefined) return this.#takeNew(request, registered.trunk, registered.uri);
        const admission = admitInvite(this.#peers, request.source, this.#parts.strangers);
        switch (admission.verdict) {
            case "allow":
                return this.#takeNew(request, admission.peer);
            case "refuse":
                return this.#refuseStranger(request);
            case "drop":
                return this.#dropStranger(request);
        }
    }

    /** @param uri whom it is for, where the Request-URI does not say so */
    #takeNew(request: IncomingRequest, peer: SipPeer, uri = request.uri): void {
        if (request.method === "ACK") return;
        if (this.#state === "stopping") return this.#respond(request, SERVICE_UNAVAILABLE);
        if (request.method !== "INVITE") return this.#respond(request, replyOutsideDialog(request.method));
        const { headers, body, source } = request;
        const invite = decodeInvite({ uri, headers, body, source }, peer);
        if (invite.kind === "refused") {
            this.#parts.telemetry.dropped("sip", "unacceptable INVITE");
            this.#parts.log.info("INVITE refused", { peer: peer.name, status: invite.status });
            return this.#respond(request, invite);
        }
        if (this.#parts.calls.legsOf(peer.name) >= peer.maxCalls) {
            this.#parts.telemetry.dropped("sip", "peer full");
            this.#parts.log.warn("INVITE refused: the peer has its maximum of calls", { peer: peer.name });
            return this.#respond(request, SERVICE_UNAVAILABLE);
        }
        const callee = this.#calleeOf(invite);
        if (callee === undefined) {
            this.#parts.telemetry.dropped("sip", "unknown callee");
            this.#parts.log.info("INVITE refused: nobody has that number or address", { peer: peer.name });
            return this.#respond(request, NOT_FOUND);
        }
        this.#open(request, invite, peer, callee);
    }

    #open(request: IncomingRequest, invite: DecodedInvite, peer: SipPeer, callee: MatrixUserId): void {
        const { intake, policy, newCallId } = this.#parts;
        const callId = newCallId();
        const log = this.#parts.log.child({ callId, leg: "sip" });
        log.info("INVITE received", { peer: peer.name, sipCallId: request.headers.get("call-id") });
        // the desk answers at once, so nothing can be reported before it has
        let report: LegReport = () => undefined;
        const leg = new UasLeg({
            ...this.#parts,
            log,
            request,
            invite,
            peer: peer.name,
            report: (fact) => report(fact),
        });
        const opened = intake.open({
            callId,
            origin: leg,
            originMedia: invite.media,
            offer: invite.offer,
            target: {
                network: "matrix",
                media: "webrtc",
                callee,
                caller: invite.caller,
                provenance: invite.provenance,
            },
            policy,
        });
        if ("refused" in opened) {
            leg.end(opened.refused).catch((error: unknown) => log.debug("SIP message not sent", { error }));
        } else {
            report = opened.report;
        }
    }

    #calleeOf(invite: DecodedInvite): MatrixUserId | undefined {
        for (const callee of invite.callees) {
            const user = this.#parts.calleeOf(callee);
            if (user !== undefined) return user;
        }
        return undefined;
    }

    #refuseStranger(request: IncomingRequest): void {
        this.#parts.telemetry.dropped("sip", "stranger");
        if (request.method !== "ACK") this.#respond(request, { status: 403 });
    }

    #dropStranger(request: IncomingRequest): void {
        this.#parts.telemetry.dropped("sip", "stranger");
        if (request.method !== "ACK" && !this.#silent.hold(request)) this.#respond(request, { status: 403 });
    }

    #respond(request: IncomingRequest, response: OutgoingResponse | undefined): void {
        if (response === undefined) return;
        const { status, reason, headers = {} } = response;
        const complete = {
            status,
            ...(reason !== undefined && { reason }),
            headers: { ...headers, "User-Agent": this.#parts.userAgent },
        };
        request.respond(complete).catch((error: unknown) => {
            this.#parts.log.debug("SIP message not sent", { error });
        });
    }
}

const SERVICE_UNAVAILABLE: OutgoingResponse = {
    status: SIP_ENDINGS.serviceUnavailable.status,
    headers: { Reason: reasonHeader("serviceUnavailable"), "Retry-After": "10" },
};

const NOT_FOUND: OutgoingResponse = {
    status: SIP_ENDINGS.notFound.status,
    headers: { Reason: reasonHeader("notFound") },
};
