import type { CallPolicy } from "../call/CallPolicy.ts";
import type { Config } from "../config/Config.generated.ts";
import { registrarRealm } from "../config/registrarRealm.ts";
import { newCallId } from "../desk/newCallId.ts";
import type { DialPlan } from "../numbering/DialPlan.ts";
import type { CallIntake, LegResumer } from "../ports/CallIntake.ts";
import type { CallPlaces } from "../ports/CallPlaces.ts";
import type { SipLegRecord } from "../ports/LegRecord.ts";
import type { Log } from "../ports/Log.ts";
import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import type { SipEnvironment } from "../sip/SipEnvironment.ts";
import { Inheritance } from "../sip/dialog/Inheritance.ts";
import { ResumedSipLegs } from "../sip/dialog/ResumedSipLegs.ts";
import { heldDialogsOf } from "../sip/drachtio/heldDialogs.ts";
import { type MessageObserver, observeRequest, observeStack } from "../sip/drachtio/observeStack.ts";
import { SipLink } from "../sip/drachtio/SipLink.ts";
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
import { startSipServer } from "./sipServerOf.ts";
import { sipTrunksOf } from "./sipTrunksOf.ts";
import type { SipTrunkControl } from "./administration/SipTrunkControl.ts";
import type { OnStarted } from "./Stoppable.ts";
import type { Survival } from "./Survival.ts";
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
    readonly places: CallPlaces;
    readonly telemetry: Telemetry;
    readonly recorder: CallRecorder;
    /** Receives every SIP message, for traces. */
    readonly onSipMessage?: MessageObserver;
    readonly policy: CallPolicy;
    /** Where there are accounts. */
    readonly phones: Phones | undefined;
    readonly messages: SipMessageParts;
    readonly survival: Survival;
    /** Called before the link to the SIP server is made: the calls of the previous run get their legs then. */
    readonly resumeCalls: (resumer: LegResumer<SipLegRecord>) => void;
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
    const { config, log, telemetry, survival, phones } = parts;
    const { trunks, peers } = sipTrunksOf(config);
    const realm = registrarRealm(config);
    const observe = observerOf(parts);
    const server = await startSipServer(config, log, survival, onStarted);
    const link: SipLink = new SipLink({
        clock: systemClock,
        log,
        ...server,
        listener: {
            onRequest: (request) => {
                const lost = lostConnectionOf(request);
                if (lost !== undefined) return registrations.connectionLost(lost);
                const held = heldDialogsOf(request);
                if (held !== undefined) return inheritance.take(held);
                gateway.onRequest(observeRequest(request, observe));
            },
            onLost: () => {
                telemetry.sipServer("down");
                inheritance.serverLost();
                gateway.onLost();
                registrations.serverLost();
            },
        },
        onUp: (server) => {
            telemetry.sipServer("up");
            inheritance.serverUp(server);
            resumer.serverUp(server);
            registrations.serverUp();
        },
        onRefused: (error) => log.error("SIP server connection given up", { error }),
    });
    const environment = environmentOf(parts, observeStack(link, observe));
    const inheritance = new Inheritance({ ...environment, inherited: link });
    const resumer = new ResumedSipLegs({ ...environment, inherited: link, peers: [...trunks, ...peers], phones });
    const watch = watchOn(trunks, environment, (address) => registrations.addressDied(address));
    const registrations = new TrunkRegistrations(trunks, { ...environment, availability: watch.availability });
    const ownIdentities = ownIdentitiesOf(parts);
    const side = { ...parts, environment, trunks, availability: watch.availability, ownIdentities };
    const messages = sipMessagesOf(config, parts.messages, side);
    const gateway = new SipGateway({
        ...environment,
        ...gatewayParts(parts, realm),
        messages: messages.methods,
        availability: watch.availability,
        registrations,
        peers,
        ownIdentities,
    });
    parts.resumeCalls(resumer);
    await startLink({ link, gateway, inheritance, watch, registrations, survival }, onStarted);
    return {
        gateway,
        messages,
        trunks: trunkControlOf(registrations, watch),
        serverMetrics: () => server.metrics(),
        ...legsOf(parts, { ...environment, realm, trunks, availability: watch.availability }),
    };
}

/** What the gateway has of the configuration and of the rest of the bridge. */
function gatewayParts({ config, dialPlan, intake, places, policy, phones }: SipSideParts, realm: string) {
    return {
        ...(phones !== undefined && { phones }),
        unknownPeers: config.sip.unknownPeers,
        numberDetail: config.logging.numbers,
        realm,
        dialPlan,
        intake,
        places,
        policy,
        newCallId,
    };
}

interface LinkParts {
    readonly link: SipLink;
    readonly gateway: SipGateway;
    readonly inheritance: Inheritance;
    readonly survival: Survival;
    readonly watch: TrunkWatch;
    readonly registrations: TrunkRegistrations;
}

async function startLink(parts: LinkParts, onStarted: OnStarted): Promise<void> {
    const { link, gateway, inheritance, watch, registrations, survival } = parts;
    const stopLink = (): void => {
        link.stop();
        // no response says any more what became of a BYE that is out
        if (!survival.callsGoOn) inheritance.serverLost();
        gateway.onLost();
    };
    onStarted({ name: "SIP link", stop: stopLink });
    await link.start();
    startProbes(watch, onStarted);
    onStarted({ name: "registrations", stop: () => registrations.stop(UNREGISTER_MS) });
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
function ownIdentitiesOf({ config, dialPlan }: SipSideParts): OwnIdentities {
    const homeserver = config.homeserver.domain.replace(/:[0-9]+$/, "");
    return new OwnIdentities({
        hosts: new OwnHosts([homeserver, ...ownHostsOf(config)]),
        accounts: new Set(config.accounts.map(({ username }) => username.toLowerCase())),
        dialPlan,
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
