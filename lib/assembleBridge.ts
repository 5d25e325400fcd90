import type { CallPolicy } from "./call/CallPolicy.ts";
import type { Config } from "./config/Config.generated.ts";
import { registrarRealm } from "./config/registrarRealm.ts";
import { dialPlanRulesOf } from "./config/dialPlanRules.ts";
import type { Registration } from "./config/registration.ts";
import { CallDesk } from "./desk/CallDesk.ts";
import { newCallId } from "./desk/newCallId.ts";
import { assembleMatrix, type MatrixSide } from "./matrix/assembleMatrix.ts";
import { PassThroughMediaProxy } from "./media/PassThroughMediaProxy.ts";
import { RtpengineMediaProxy } from "./media/RtpengineMediaProxy.ts";
import { RTPENGINE_DEFAULTS } from "./media/RtpengineOptions.ts";
import { DialPlan } from "./numbering/DialPlan.ts";
import { serverOf } from "./numbering/MatrixUserId.ts";
import type { Log } from "./ports/Log.ts";
import type { MediaProxy } from "./ports/MediaProxy.ts";
import type { Telemetry } from "./ports/Telemetry.ts";
import { phonesOf } from "./phonesOf.ts";
import { PhoneLegs } from "./sip/registrar/PhoneLegs.ts";
import type { Phones } from "./sip/registrar/Phones.ts";
import { EmbeddedSipServer } from "./sip/drachtio/EmbeddedSipServer.ts";
import { TrunkRegistrations } from "./sip/registration/TrunkRegistrations.ts";
import { TrunkHealth } from "./sip/trunk/TrunkHealth.ts";
import { TrunkProbes } from "./sip/trunk/TrunkProbes.ts";
import { SipCalls } from "./sip/SipCalls.ts";
import type { SipEnvironment } from "./sip/dialog/SipDialog.ts";
import type { SipTrunk } from "./sip/SipTrunk.ts";
import { SipGateway } from "./sip/SipGateway.ts";
import { SipLegs, type SipLegsParts } from "./sip/SipLegs.ts";
import { SipLink } from "./sip/drachtio/SipLink.ts";
import { serveMetrics } from "./serveMetrics.ts";
import { sipServerArguments } from "./sipServerArguments.ts";
import { sipTrunksOf } from "./sipTrunksOf.ts";
import { NedbContacts } from "./store/NedbContacts.ts";
import { NedbDirectory } from "./store/NedbDirectory.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import { systemClock } from "./telemetry/systemClock.ts";

export interface BridgeOptions {
    readonly config: Config;
    readonly registration: Registration;
    /** TCP port to listen on for the homeserver. */
    readonly port: number;
    readonly log: Log;
    readonly version: string;
}

export interface Bridge {
    /** Refuses new calls, ends the ones there are, frees everything. Never rejects; safe to call once. */
    stop(): Promise<void>;
}

/** Longer than any port's own timeout: only a hang of ours meets it. */
const ORDER_TIMEOUT_MS = 30_000;
/** How long calls may take to end when the bridge stops. */
const STOP_MS = 10_000;
/** How long phones may then take to answer our last word to them. */
const DRAIN_MS = 4_000;
/** How long the homeserver may take to come up beside us. */
const HOMESERVER_PATIENCE_MS = 60_000;
/** How long registrars may take to remove our registrations when the bridge stops. */
const UNREGISTER_MS = 3_000;
const HOUR_MS = 3_600_000;

/**
 * Builds the bridge and starts it: the composition root. Resolves once calls are taken in both directions. Rejects with
 * an error that says what is wrong, and leaves nothing running then.
 */
export async function assembleBridge(options: BridgeOptions): Promise<Bridge> {
    const started: Stoppable[] = [];
    const stop = async (): Promise<void> => {
        for (const part of started.splice(0).reverse()) await stopped(part, options.log);
    };
    try {
        await start(options, (part) => started.push(part));
    } catch (error) {
        await stop();
        throw error;
    }
    options.log.info("bridge ready");
    return { stop };
}

/** A part that runs, stopped in the reverse order of starting. */
interface Stoppable {
    readonly name: string;
    readonly stop: () => Promise<void> | void;
}

async function start(options: BridgeOptions, onStarted: (part: Stoppable) => void): Promise<void> {
    const { config, log } = options;
    const { telemetry, render } = createMetrics();
    const metrics = await serveMetrics(config, render);
    if (metrics !== undefined) onStarted({ name: "metrics", stop: () => metrics.close() });
    const directory = await NedbDirectory.open(config.store.path);
    onStarted({ name: "store", stop: () => directory.close() });
    const media = await startMedia(config, telemetry, log, onStarted);
    const desk = new CallDesk({
        clock: systemClock,
        log,
        telemetry,
        media,
        maxCalls: config.calls.maxCalls,
        orderTimeoutMs: ORDER_TIMEOUT_MS,
    });
    const dialPlan = new DialPlan(dialPlanRulesOf(config));
    const phones = await startPhones(config, dialPlan, log, onStarted);
    const parts = { dialPlan, desk, telemetry, phones };
    const matrix = matrixSideOf(options, { ...parts, directory });
    const sip = await startSip(options, parts, onStarted);
    // calls can be placed only now, and end before either side stops
    desk.connect({ matrix, sip: sip.legs, phone: sip.phoneLegs });
    await matrix.start();
    onStarted({ name: "Matrix side", stop: () => matrix.stop() });
    onStarted({
        name: "calls",
        stop: async () => {
            sip.gateway.stop();
            await desk.stop(STOP_MS);
            await sip.gateway.drain(DRAIN_MS);
        },
    });
}

async function startMedia(
    { media }: Config,
    telemetry: Telemetry,
    log: Log,
    onStarted: (part: Stoppable) => void,
): Promise<MediaProxy> {
    if (media === "none") return new PassThroughMediaProxy(systemClock, telemetry);
    const proxy = new RtpengineMediaProxy(
        {
            ...RTPENGINE_DEFAULTS,
            engines: media.rtpengine,
            requestTimeoutMs: media.timeoutMs,
            probeIntervalMs: media.probeSeconds * 1_000,
        },
        { clock: systemClock, log, telemetry },
    );
    onStarted({ name: "media", stop: () => proxy.stop() });
    await proxy.start();
    await proxy.deleteOrphans();
    return proxy;
}

interface CallParts {
    readonly dialPlan: DialPlan;
    readonly desk: CallDesk;
    readonly telemetry: Telemetry;
    readonly phones: Phones | undefined;
}

function policyOf({ calls }: Config): CallPolicy {
    return { ringMs: calls.ringSeconds * 1_000, maxDurationMs: calls.maxHours * HOUR_MS };
}

function matrixSideOf(
    { config, registration, port, log }: BridgeOptions,
    { directory, desk, dialPlan, telemetry, phones }: CallParts & { readonly directory: NedbDirectory },
): MatrixSide {
    const policy = policyOf(config);
    const mediaByTrunk = new Map(config.trunks.map((trunk) => [trunk.name, trunk.media]));
    const { defaultCountry } = config.numbers;
    return assembleMatrix(
        {
            homeserverUrl: config.homeserver.url,
            serverName: config.homeserver.domain,
            registration: {
                id: registration.id,
                url: registration.url,
                asToken: registration.asToken.reveal(),
                hsToken: registration.hsToken.reveal(),
                senderLocalpart: registration.senderLocalpart,
            },
            ghostPrefix: config.matrix.ghostPrefix,
            listen: { host: config.appservice.bind, port },
            patienceMs: HOMESERVER_PATIENCE_MS,
            mayJoinAs: (user) => config.matrix.joinAsCallee && serverOf(user) === config.homeserver.domain,
            numbering: defaultCountry === undefined ? {} : { defaultCountry },
            outboundPolicy: policy,
            ringMs: policy.ringMs,
            mediaOf: (trunk) => mediaByTrunk.get(trunk) ?? "rtp",
        },
        {
            directory,
            dialPlan,
            ...(phones !== undefined && { phoneBook: phones }),
            intake: desk,
            newCallId,
            telemetry,
            clock: systemClock,
            log,
        },
    );
}

async function startSip(
    { config, log, version }: BridgeOptions,
    { desk, dialPlan, telemetry, phones }: CallParts,
    onStarted: (part: Stoppable) => void,
): Promise<{ readonly gateway: SipGateway; readonly legs: SipLegs; readonly phoneLegs: PhoneLegs }> {
    const { trunks, peers } = sipTrunksOf(config);
    const realm = registrarRealm(config);
    const link: SipLink = new SipLink({
        clock: systemClock,
        log,
        endpoint: await startSipServer(config, log, onStarted),
        listener: {
            onRequest: (request) => gateway.onRequest(request),
            onLost: () => {
                gateway.onLost();
                registrations.serverLost();
            },
        },
        onUp: () => registrations.serverUp(),
        onRefused: (error) => log.error("SIP server not reached any more", { error }),
    });
    const environment = {
        stack: link,
        calls: new SipCalls(),
        clock: systemClock,
        userAgent: `matrix-appservice-sip/${version}`,
        log,
        telemetry,
    };
    const watch = watchOn(trunks, environment, (address) => registrations.addressDied(address));
    const { outlook } = watch;
    const registrations = new TrunkRegistrations(trunks, { ...environment, outlook, random: Math.random });
    const gateway = new SipGateway({
        ...environment,
        outlook,
        registrations,
        ...(phones !== undefined && { phones }),
        peers,
        strangers: config.sip.unknownPeers === "reject" ? "refuse" : "drop",
        realm,
        calleeOf: (dialled) => dialPlan.calleeOf(dialled),
        intake: desk,
        policy: policyOf(config),
        newCallId,
    });
    onStarted({
        name: "SIP link",
        stop: () => {
            link.stop();
            // nobody will say any more what became of a BYE that is out
            gateway.onLost();
        },
    });
    await link.start();
    startProbes(watch, onStarted);
    onStarted({ name: "registrations", stop: () => registrations.stop(UNREGISTER_MS) });
    const phoneLegs = new PhoneLegs({ ...environment, realm, onUnreached: (target) => phones?.forget(target) });
    const mayDial: SipLegsParts["mayDial"] = (...asked) => dialPlan.whoMayDial(...asked).kind !== "forbidden";
    return { gateway, legs: new SipLegs({ ...environment, trunks, outlook, mayDial }), phoneLegs };
}

/** What finds out which addresses of trunks take calls. */
interface TrunkWatch {
    readonly outlook: TrunkHealth;
    readonly probes: TrunkProbes;
}

function watchOn(
    trunks: readonly SipTrunk[],
    environment: SipEnvironment & { readonly log: Log; readonly telemetry: Telemetry },
    onDied: (address: SipTrunk) => void,
): TrunkWatch {
    const onDoubt = (address: SipTrunk): void => probes.askNow(address);
    const outlook: TrunkHealth = new TrunkHealth(trunks, { ...environment, onDoubt, onDied });
    const probes = new TrunkProbes(trunks, { ...environment, health: outlook, random: Math.random });
    return { outlook, probes };
}

/** For as long as the SIP link is there. */
function startProbes({ outlook, probes }: TrunkWatch, onStarted: (part: Stoppable) => void): void {
    onStarted({
        name: "trunk probes",
        stop: () => {
            probes.stop();
            outlook.stop();
        },
    });
    probes.start();
}

/** Where there are no accounts there is no registrar, and strangers are not asked who they are. */
async function startPhones(
    config: Config,
    dialPlan: DialPlan,
    log: Log,
    onStarted: (part: Stoppable) => void,
): Promise<Phones | undefined> {
    if (config.accounts.length === 0) return undefined;
    const store = await NedbContacts.open(config.store.path, log);
    onStarted({ name: "registered phones", stop: () => store.close() });
    return phonesOf(config, { store, dialPlan, clock: systemClock, log });
}

type SipServerEndpoint = ConstructorParameters<typeof SipLink>[0]["endpoint"];

/** The server that comes with the bridge, unless the configuration names another. */
async function startSipServer(
    config: Config,
    log: Log,
    onStarted: (part: Stoppable) => void,
): Promise<SipServerEndpoint> {
    const { sip } = config;
    if (sip.drachtio !== undefined) {
        const { host, port, secret } = sip.drachtio;
        return () => Promise.resolve({ host, port, secret: secret.reveal() });
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
    return () => server.endpoint();
}

async function stopped({ name, stop }: Stoppable, log: Log): Promise<void> {
    try {
        await stop();
    } catch (error) {
        log.warn("part not stopped properly", { part: name, error });
    }
}
