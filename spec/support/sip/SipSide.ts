import type { CallId } from "../../../lib/call/vocabulary.ts";
import type { InboundDecision } from "../../../lib/numbering/InboundRouting.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { DialVerdict } from "../../../lib/numbering/DialPlan.ts";
import type { RemoteParty } from "../../../lib/numbering/RemoteParty.ts";
import type { CallPlaces } from "../../../lib/ports/CallPlaces.ts";
import type { ContactStore } from "../../../lib/ports/ContactStore.ts";
import type { Log } from "../../../lib/ports/Log.ts";
import { Inheritance } from "../../../lib/sip/dialog/Inheritance.ts";
import { ResumedSipLegs } from "../../../lib/sip/dialog/ResumedSipLegs.ts";
import { EmbeddedSipServer } from "../../../lib/sip/drachtio/EmbeddedSipServer.ts";
import { heldDialogsOf } from "../../../lib/sip/drachtio/heldDialogs.ts";
import { OwnHosts } from "../../../lib/sip/identity/OwnHosts.ts";
import { OwnIdentities } from "../../../lib/sip/identity/OwnIdentities.ts";
import { PhoneAuthenticator } from "../../../lib/sip/registrar/PhoneAuthenticator.ts";
import { Phones } from "../../../lib/sip/registrar/Phones.ts";
import { Registrar } from "../../../lib/sip/registrar/Registrar.ts";
import type { SipAccount } from "../../../lib/sip/registrar/SipAccount.ts";
import { SipCalls } from "../../../lib/sip/SipCalls.ts";
import { SipGateway } from "../../../lib/sip/SipGateway.ts";
import { SipLegs } from "../../../lib/sip/SipLegs.ts";
import { lostConnectionOf } from "../../../lib/sip/registration/lostConnection.ts";
import { TrunkRegistrations } from "../../../lib/sip/registration/TrunkRegistrations.ts";
import { TrunkHealth } from "../../../lib/sip/trunk/TrunkHealth.ts";
import { SipLink } from "../../../lib/sip/drachtio/SipLink.ts";
import type { SipPeer, SipTrunk } from "../../../lib/sip/SipTrunk.ts";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";
import { KeptLog, KeptTelemetry } from "../quiet.ts";
import { KeptContacts } from "../KeptContacts.ts";
import { ScriptedIntake } from "./ScriptedIntake.ts";
import { allowedBy, ownNumbersIn } from "../dialling.ts";

export const ALICE = "@alice:matrix.example" as MatrixUserId;

export interface SipSideOptions {
    readonly peers?: readonly SipPeer[];
    readonly trunks?: readonly SipTrunk[];
    readonly unknownPeers?: "reject" | "drop";
    /** Phones at the realm `matrix.example`, which may dial +44 over the trunk `carrier`. */
    readonly accounts?: readonly SipAccount[];
    /** The server's T1 in ms (RFC 3261, section 17.1.1.1), 500 if left out: shorter, and its time-outs are too. */
    readonly t1?: number;
    /** Who talks to the party of a leg, as the desk knows it; left out, no party does. */
    readonly partnerOf?: CallPlaces["partnerOf"];
    /** File of names the server knows, as /etc/hosts. */
    readonly hostsFile?: string;
    /** File of the CA certificates it trusts (PEM). */
    readonly authorities?: string;
}

/** The whole SIP adapter on a real embedded server, with a script where the desk stands. */
export class SipSide {
    readonly server: EmbeddedSipServer;
    /** Makes the legs of the run before. */
    readonly resumer: ResumedSipLegs;
    readonly link: SipLink;
    readonly #options: SipSideOptions;
    readonly calls = new SipCalls();
    readonly intake = new ScriptedIntake();
    readonly log = new KeptLog();
    readonly telemetry = new KeptTelemetry();
    readonly inheritance: Inheritance;
    readonly registrations: TrunkRegistrations;
    readonly gateway: SipGateway;
    readonly legs: SipLegs;

    /** Where the phones of accounts are. */
    readonly contacts = new KeptContacts();

    private constructor(options: SipSideOptions, server?: EmbeddedSipServer) {
        const { peers, trunks, unknownPeers, accounts } = options;
        this.#options = options;
        this.server = server ?? serverFor(options, this.log);
        this.link = new SipLink({
            clock: systemClock,
            log: this.log,
            endpoint: () => this.server.endpoint(),
            onHang: () => this.server.replace(),
            listener: {
                onRequest: (request) => {
                    const lost = lostConnectionOf(request);
                    if (lost !== undefined) return this.registrations.connectionLost(lost);
                    const held = heldDialogsOf(request);
                    if (held !== undefined) return this.inheritance.take(held);
                    this.gateway.onRequest(request);
                },
                onLost: () => {
                    this.inheritance.serverLost();
                    this.gateway.onLost();
                    this.registrations.serverLost();
                },
            },
            onUp: (server) => {
                this.inheritance.serverUp(server);
                this.resumer.serverUp(server);
                this.registrations.serverUp();
            },
            onRefused: (error) => this.log.error(error.message),
        });
        const environment = {
            stack: this.link,
            calls: this.calls,
            clock: systemClock,
            userAgent: "spec/1",
            random: () => 0.5,
            log: this.log,
        };
        this.inheritance = new Inheritance({ ...environment, inherited: this.link });
        const known = peers ?? [{ name: "phones", addresses: ["127.0.0.1"], trusted: true, maxCalls: Infinity }];
        this.resumer = new ResumedSipLegs({
            ...environment,
            inherited: this.link,
            peers: [...known, ...(trunks ?? [])],
        });
        this.registrations = new TrunkRegistrations(trunks ?? [], {
            ...environment,
            telemetry: this.telemetry,
            random: Math.random,
        });
        let calls = 0;
        this.gateway = new SipGateway({
            ...environment,
            telemetry: this.telemetry,
            peers: known,
            unknownPeers: unknownPeers ?? "reject",
            numberDetail: "short",
            realm: "bridge.example",
            ownIdentities: new OwnIdentities({
                hosts: new OwnHosts([REALM, "bridge.example"]),
                accounts: new Set((accounts ?? []).map(({ username }) => username)),
                dialPlan: ownNumbersIn({ "+442079460102": "@bob:matrix.example" }),
            }),
            registrations: this.registrations,
            ...(accounts !== undefined && { phones: phonesFor(accounts, this.contacts, this.log) }),
            dialPlan: { routeInbound: aliceWhenRouted },
            intake: this.intake,
            places: { partnerOf: options.partnerOf ?? (() => undefined) },
            policy: { ringMs: 60_000, maxDurationMs: 3_600_000 },
            newCallId: () => `call${++calls}` as CallId,
        });
        const health = new TrunkHealth(trunks ?? [], {
            ...environment,
            telemetry: this.telemetry,
            onDoubt: () => undefined,
        });
        this.legs = new SipLegs({ ...environment, trunks: trunks ?? [], availability: health, mayDial: () => true });
    }

    static async start(options: SipSideOptions = {}): Promise<SipSide> {
        const side = new SipSide(options);
        await side.server.start();
        await side.link.start();
        return side;
    }

    /** The next run of the bridge, at the same SIP server. @param resume makes the legs of this run, before anything arrives */
    async restarted(resume: (resumer: ResumedSipLegs) => void): Promise<SipSide> {
        this.link.stop();
        const next = new SipSide(this.#options, this.server);
        resume(next.resumer);
        await next.link.start();
        return next;
    }

    /** The port of the server's UDP or TCP socket. */
    port(transport: "udp" | "tcp" = "udp"): number {
        return this.server.bindings.find((binding) => binding.transport === transport)?.port ?? 0;
    }

    /** What is held of calls, `[legs, dialogs]`: nothing once they are over. */
    get held(): readonly [legs: number, dialogs: number] {
        return [this.calls.legs, this.calls.dialogs];
    }

    async stop(): Promise<void> {
        this.link.stop();
        await this.server.stop();
    }
}

const REALM = "matrix.example";

function serverFor({ t1, hostsFile, authorities }: SipSideOptions, log: Log): EmbeddedSipServer {
    return new EmbeddedSipServer({
        clock: systemClock,
        log,
        resumeName: "spec",
        bindings: (["udp", "tcp"] as const).map((transport) => ({ transport, host: "127.0.0.1", port: 0 })),
        extraArguments: [
            ...(t1 === undefined ? [] : ["--t1", `${t1}`]),
            ...(hostsFile === undefined ? [] : ["--hosts", hostsFile]),
            ...(authorities === undefined ? [] : ["--tls-ca", authorities]),
        ],
    });
}

function phonesFor(accounts: readonly SipAccount[], store: ContactStore, log: Log): Phones {
    const hosts = new Set([REALM, "127.0.0.1"]);
    const dialPlan = {
        calleeOf: aliceWhenCalled,
        whoMayDial: (user: MatrixUserId, party: RemoteParty): DialVerdict =>
            party.kind === "number" && party.number.startsWith("+44")
                ? allowedBy("carrier")(user, party)
                : { kind: "forbidden" },
    };
    const limits = { minSeconds: 60, maxSeconds: 3_600, maxContacts: 3 };
    const registrar = new Registrar({ store, clock: systemClock, log, limits });
    return new Phones({
        accounts,
        realm: REALM,
        authenticator: new PhoneAuthenticator({
            accounts,
            realm: REALM,
            hosts,
            algorithms: ["SHA-256", "MD5"],
            registrar,
            clock: systemClock,
            log,
        }),
        registrar,
        routing: { dialPlan, hosts, mediaOf: () => ({ media: "rtp" }) },
    });
}

/** She is reached by her name, by her extension, and as the Bob whom the scenarios of SIPp call. */
function aliceWhenRouted(callees: readonly RemoteParty[]): InboundDecision | undefined {
    const user = callees.map(aliceWhenCalled).find((found) => found !== undefined);
    return user && { user, by: { kind: "entry", entry: "alice" } };
}

function aliceWhenCalled(dialled: RemoteParty): MatrixUserId | undefined {
    const isHers =
        (dialled.kind === "address" && /^(?:alice|bob)@/.test(dialled.address)) ||
        (dialled.kind === "number" && dialled.number === "2001");
    return isHers ? ALICE : undefined;
}
