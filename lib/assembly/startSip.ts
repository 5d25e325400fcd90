import type { CallPolicy } from "../call/CallPolicy.ts";
import type { Config } from "../config/Config.generated.ts";
import { registrarRealm } from "../config/registrarRealm.ts";
import { newCallId } from "../desk/newCallId.ts";
import type { DialPlan } from "../numbering/DialPlan.ts";
import { InboundRoutes } from "../numbering/InboundRoutes.ts";
import { fixedUser } from "../numbering/UserTemplate.ts";
import type { CallIntake } from "../ports/CallIntake.ts";
import type { Log } from "../ports/Log.ts";
import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import type { SipEnvironment } from "../sip/SipEnvironment.ts";
import { EmbeddedSipServer } from "../sip/drachtio/EmbeddedSipServer.ts";
import { type MessageObserver, observeRequest, observeStack } from "../sip/drachtio/observeStack.ts";
import { SipLink, type SipLinkParts } from "../sip/drachtio/SipLink.ts";
import { OwnHosts } from "../sip/identity/OwnHosts.ts";
import { OwnIdentities } from "../sip/identity/OwnIdentities.ts";
import { PhoneLegs } from "../sip/registrar/PhoneLegs.ts";
import type { Phones } from "../sip/registrar/Phones.ts";
import { lostConnectionOf } from "../sip/registration/lostConnection.ts";
import { TrunkRegistrations } from "../sip/registration/TrunkRegistrations.ts";
import { SipCalls } from "../sip/SipCalls.ts";
import { logSipMessages } from "../sip/logSipMessages.ts";
import type { SipStack } from "../sip/SipStack.ts";
import { SipGateway } from "../sip/SipGateway.ts";
import { SipLegs, type SipLegsParts } from "../sip/SipLegs.ts";
import type { SipTrunk } from "../sip/SipTrunk.ts";
import { TrunkHealth } from "../sip/trunk/TrunkHealth.ts";
import { TrunkProbes } from "../sip/trunk/TrunkProbes.ts";
import { sipMessagesOf, type SipMessageParts, type SipMessages } from "./sipMessages.ts";
import { ownHostsOf } from "./ownHostsOf.ts";
import { sipServerArguments } from "./sipServerArguments.ts";
import { sipTrunksOf } from "./sipTrunksOf.ts";
import type { SipTrunkControl } from "./administration/SipTrunkControl.ts";
import type { OnStarted } from "./Stoppable.ts";
import { systemClock } from "../telemetry/systemClock.ts";

/** How long registrars may take to remove our registrations when the bridge stops. */
const UNREGISTER_MS = 3_000;

/** What the SIP side is built with. */
export interface SipSideParts {
    readonly config: Config;
    readonly log: Log;
    readonly version: string;
    readonly dialPlan: DialPlan;
    readonly intake: CallIntake;
    readonly telemetry: Telemetry;
    readonly recorder: CallRecorder;
    /** Receives every SIP message, for traces. */
    readonly onSipMessage?: MessageObserver;
    readonly policy: CallPolicy;
    /** Where there are accounts. */
    readonly phones: Phones | undefined;
    readonly messages: SipMessageParts;
}

/** What the rest of the bridge has of the SIP side. */
export interface SipSide {
    readonly gateway: SipGateway;
    readonly legs: SipLegs;
    readonly phoneLegs: PhoneLegs;
    readonly messages: SipMessages;
    readonly trunks: SipTrunkControl;
    /** The metrics of the embedded SIP server. */
    readonly serverMetrics: () => Promise<string>;
}

/** Starts the SIP side: the server, the link to it, registrations and probes. Rejects with an error that says what is wrong. */
export async function startSip(parts: SipSideParts, onStarted: OnStarted): Promise<SipSide> {
    const { config, log, dialPlan, intake, telemetry, policy, phones } = parts;
    const { trunks, peers } = sipTrunksOf(config);
    const realm = registrarRealm(config);
    const observe = observerOf(parts);
    const server = await startSipServer(config, log, onStarted);
    const link: SipLink = new SipLink({
        clock: systemClock,
        log,
        ...server,
        listener: {
            onRequest: (request) => {
                const lost = lostConnectionOf(request);
                if (lost !== undefined) return registrations.connectionLost(lost);
                gateway.onRequest(observeRequest(request, observe));
            },
            onLost: () => {
                telemetry.sipServer("down");
                gateway.onLost();
                registrations.serverLost();
            },
        },
        onUp: () => {
            telemetry.sipServer("up");
            registrations.serverUp();
        },
        onRefused: (error) => log.error("SIP server connection given up", { error }),
    });
    const environment = environmentOf(parts, observeStack(link, observe));
    const watch = watchOn(trunks, environment, (address) => registrations.addressDied(address));
    const { availability } = watch;
    const registrations = new TrunkRegistrations(trunks, { ...environment, availability });
    const ownIdentities = ownIdentitiesOf(config);
    const side = { ...parts, environment, trunks, availability, ownIdentities };
    const messages = sipMessagesOf(config, parts.messages, side);
    const gateway = new SipGateway({
        ...environment,
        messages: messages.methods,
        availability,
        registrations,
        ...(phones !== undefined && { phones }),
        peers,
        unknownPeers: config.sip.unknownPeers,
        numberDetail: config.logging.numbers,
        realm,
        ownIdentities,
        dialPlan,
        intake,
        policy,
        newCallId,
    });
    await startLink({ link, gateway, watch, registrations }, onStarted);
    return {
        gateway,
        messages,
        trunks: trunkControlOf(registrations, watch),
        serverMetrics: () => server.metrics(),
        ...legsOf(parts, { ...environment, realm, trunks, availability }),
    };
}

interface LinkParts {
    readonly link: SipLink;
    readonly gateway: SipGateway;
    readonly watch: TrunkWatch;
    readonly registrations: TrunkRegistrations;
}

async function startLink({ link, gateway, watch, registrations }: LinkParts, onStarted: OnStarted): Promise<void> {
    onStarted({ name: "SIP link", stop: () => stopLink(link, gateway) });
    await link.start();
    startProbes(watch, onStarted);
    onStarted({ name: "registrations", stop: () => registrations.stop(UNREGISTER_MS) });
}

/** No response says any more what became of a BYE that is out. */
function stopLink(link: SipLink, gateway: SipGateway): void {
    link.stop();
    gateway.onLost();
}

function trunkControlOf(registrations: TrunkRegistrations, { probes }: TrunkWatch): SipTrunkControl {
    return { register: (name) => registrations.register(name), probe: (name) => probes.askAll(name) };
}

/** What every part of the SIP side needs. */
function environmentOf({ config, version, log, telemetry, recorder }: SipSideParts, stack: SipStack) {
    const userAgent = `matrix-appservice-sip/${version}`;
    return {
        stack,
        calls: new SipCalls(),
        clock: systemClock,
        random: Math.random,
        sessionTimerS: config.calls.sessionTimerSeconds,
        userAgent,
        log,
        telemetry,
        recorder,
    };
}

/** What places calls to trunks and to registered phones. */
function legsOf(
    { dialPlan, phones }: SipSideParts,
    environment: Omit<SipLegsParts, "mayDial"> & { readonly realm: string },
): Pick<SipSide, "legs" | "phoneLegs"> {
    const mayDial: SipLegsParts["mayDial"] = (...asked) => dialPlan.whoMayDial(...asked).kind !== "forbidden";
    return {
        legs: new SipLegs({ ...environment, mayDial }),
        phoneLegs: new PhoneLegs({
            ...environment,
            rightsOf: (...phone) => phones?.rightsOf(...phone),
            onUnreached: (target) => phones?.forget(target),
        }),
    };
}

/** The identities that only the bridge's own users can appear as. */
function ownIdentitiesOf(config: Config): OwnIdentities {
    const homeserver = config.homeserver.domain.replace(/:[0-9]+$/, "");
    // a pattern that leads to one user for all its numbers, such as +44*, says nothing about who has them
    const patterns = config.numbers.map.patterns.filter(({ user }) => fixedUser(user) === undefined);
    const ranges = new InboundRoutes({ numbers: new Map(), patterns, names: new Map() });
    return new OwnIdentities({
        hosts: new OwnHosts([homeserver, ...ownHostsOf(config)]),
        accounts: new Set(config.accounts.map(({ username }) => username.toLowerCase())),
        numbers: config.numbers.map.numbers.keys(),
        isInRange: (number) => ranges.toNumber(number) !== undefined,
    });
}

/** Counts final responses, and writes messages to the log if the configuration says so. */
function observerOf({ config, log, telemetry, onSipMessage }: SipSideParts): MessageObserver {
    const write = config.logging.sip ? logSipMessages(log) : undefined;
    return (message) => {
        const { direction, method, status } = message;
        if (status !== undefined && status >= 200) telemetry.sipResponse(direction, method, status);
        write?.(message);
        onSipMessage?.(message);
    };
}

/** What finds out which addresses of trunks take calls. */
interface TrunkWatch {
    readonly availability: TrunkHealth;
    readonly probes: TrunkProbes;
}

function watchOn(
    trunks: readonly SipTrunk[],
    environment: SipEnvironment & { readonly log: Log; readonly telemetry: Telemetry },
    onDied: (address: SipTrunk) => void,
): TrunkWatch {
    const onDoubt = (address: SipTrunk): void => probes.askNow(address);
    const availability: TrunkHealth = new TrunkHealth(trunks, { ...environment, onDoubt, onDied });
    const probes = new TrunkProbes(trunks, { ...environment, health: availability, random: Math.random });
    return { availability, probes };
}

/** For as long as the SIP link is there. */
function startProbes({ availability, probes }: TrunkWatch, onStarted: OnStarted): void {
    onStarted({
        name: "trunk probes",
        stop: () => {
            probes.stop();
            availability.stop();
        },
    });
    probes.start();
}

type SipServerAccess = Pick<SipLinkParts, "endpoint" | "onHang"> & Pick<EmbeddedSipServer, "metrics">;

/** Starts the embedded SIP server, unless the configuration names an external one. */
async function startSipServer(config: Config, log: Log, onStarted: OnStarted): Promise<SipServerAccess> {
    const { sip } = config;
    if (sip.drachtio !== undefined) {
        const { host, port, secret } = sip.drachtio;
        const endpoint = { host, port, secret: secret.reveal() };
        // Prometheus asks an external server itself
        return { endpoint: () => Promise.resolve(endpoint), metrics: () => Promise.resolve("") };
    }
    const server = new EmbeddedSipServer({
        clock: systemClock,
        log,
        bindings: sip.listen.map(({ transport, address, port }) => ({ transport, host: address, port })),
        ...(sip.publicAddress !== undefined && { advertise: sip.publicAddress }),
        extraArguments: sipServerArguments(config),
    });
    await server.start();
    onStarted({ name: "SIP server", stop: () => server.stop() });
    return { endpoint: () => server.endpoint(), onHang: () => server.replace(), metrics: () => server.metrics() };
}
