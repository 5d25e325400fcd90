import { fileURLToPath } from "node:url";
import type { CallPolicy } from "../call/CallPolicy.ts";
import { targetLeg, type MediaTransport } from "../call/vocabulary.ts";
import type { Config } from "../config/Config.generated.ts";
import { numberingOf } from "../config/numberingOf.ts";
import type { Registration } from "../config/registration.ts";
import { CallDesk } from "../desk/CallDesk.ts";
import { newCallId } from "../desk/newCallId.ts";
import type { TransferParts } from "../desk/transfer/CallTransfers.ts";
import { TransferRoutes } from "../desk/transfer/TransferRoutes.ts";
import { assembleMatrix, type MatrixMessageOptions, type MatrixSide } from "../matrix/assembleMatrix.ts";
import type { ConnectedMessages } from "../matrix/messages/connectMessages.ts";
import { PassThroughMediaProxy } from "../media/PassThroughMediaProxy.ts";
import { RtpengineMediaProxy } from "../media/RtpengineMediaProxy.ts";
import { RTPENGINE_DEFAULTS, type RtpengineOptions } from "../media/RtpengineOptions.ts";
import type { DialPlan } from "../numbering/DialPlan.ts";
import { serverOf } from "../numbering/MatrixUserId.ts";
import type { CallIntake } from "../ports/CallIntake.ts";
import type { CallSnapshot } from "../ports/CallJournal.ts";
import type { Log } from "../ports/Log.ts";
import type { MediaProxy, MediaRequest } from "../ports/MediaProxy.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import type { TypingSink } from "../ports/TypingSink.ts";
import { phonesOf } from "./phonesOf.ts";
import type { Phones } from "../sip/registrar/Phones.ts";
import { serveMetrics } from "./serveMetrics.ts";
import { matrixMessageOptions, openMessages } from "./openMessages.ts";
import { sipTrunksOf } from "./sipTrunksOf.ts";
import { startMessages } from "./startMessages.ts";
import { trunkMediaOf } from "./trunkMediaOf.ts";
import { startSip, type SipSide } from "./startSip.ts";
import type { OnStarted, Stoppable } from "./Stoppable.ts";
import { type StopMode, Survival } from "./Survival.ts";
import { JournalCalls } from "../store/JournalCalls.ts";
import { JournalInbox } from "../store/JournalInbox.ts";
import { installationId } from "../store/installationId.ts";
import { NedbContacts } from "../store/NedbContacts.ts";
import { StoreLock } from "../store/StoreLock.ts";
import { NedbDirectory } from "../store/NedbDirectory.ts";
import type { CallRecords } from "../records/CallRecords.ts";
import type { ControlRoom } from "../admin/controlRoom/ControlRoom.ts";
import { prepareAdministration } from "./administration/prepareAdministration.ts";
import { startAdministration } from "./administration/startAdministration.ts";
import type { LevelledLog } from "../telemetry/log.ts";
import { systemClock } from "../telemetry/systemClock.ts";

export interface BridgeOptions {
    readonly config: Config;
    readonly registration: Registration;
    /** TCP port to listen on for the homeserver. */
    readonly port: number;
    readonly log: LevelledLog;
    readonly version: string;
    /** Loads the configuration file again, for the command `reload`. */
    readonly loadConfig?: () => Config;
}

export interface Bridge {
    /**
     * Refuses new calls, leaves connected ones to the next start or ends them, ends all others, and frees everything. Never
     * rejects. A second call with `endCalls` counts as long as calls are not handed over.
     */
    stop(mode: StopMode): Promise<void>;
}

/** Longer than the timeout of every port, so only a bug in the bridge reaches it. */
const EFFECT_TIMEOUT_MS = 30_000;
/** How long calls may take to end when the bridge stops. */
const STOP_MS = 10_000;
/** How long phones may then take to respond to the end of their calls. */
const DRAIN_MS = 4_000;
/** How long the homeserver may take to start at the same time as the bridge. */
const HOMESERVER_START_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * Builds the bridge and starts it: the composition root. Resolves once calls are taken in both directions. Rejects with
 * an error that says what is wrong, and leaves nothing running then.
 */
export async function assembleBridge(options: BridgeOptions): Promise<Bridge> {
    const started: Stoppable[] = [];
    const survival = new Survival(await installationId(options.config.store.path));
    const stop = async (): Promise<void> => {
        for (const part of started.splice(0).reverse()) await stopped(part, options.log);
    };
    try {
        await start(options, survival, (part) => started.push(part));
    } catch (error) {
        await stop();
        throw error;
    }
    options.log.info("bridge ready");
    return {
        stop: async (mode) => {
            survival.setMode(mode);
            await stop();
        },
    };
}

async function start(options: BridgeOptions, survival: Survival, onStarted: OnStarted): Promise<void> {
    const { config, log } = options;
    const lock = StoreLock.acquire(config.store.path);
    onStarted({ name: "store lock", stop: () => lock.release() });
    const prepared = await prepareAdministration(config, options.version, log, onStarted);
    const { records: recorder, dialPlan } = prepared;
    const { telemetry } = prepared.states;
    const addMetrics = await serveMetrics(config, prepared.render, onStarted);
    const { directory, inbox, journal } = await openStores(config, log, onStarted);
    const earlier = journal.adopt();
    const media = await startMedia(config, { telemetry, recorder, log, earlier }, onStarted);
    const desk = new CallDesk({
        clock: systemClock,
        log,
        telemetry,
        recorder,
        media,
        journal,
        maxCalls: config.calls.maxCalls,
        effectTimeoutMs: EFFECT_TIMEOUT_MS,
    });
    const gate = prepared.gateTo(desk);
    const phones = await startPhones(config, dialPlan, log, onStarted);
    const messaging = openMessages(config, { log, telemetry: prepared.messageTelemetry, phoneBook: phones }, onStarted);
    const parts = { dialPlan, intake: gate, telemetry, recorder, phones };
    // each side shows the other one who is typing, and one of them is built first
    const typingToSip: TypingSink = { typing: (...shown) => sip.messages.typing.typing(...shown) };
    const messages = matrixMessageOptions(config, messaging, typingToSip);
    const matrix = matrixSideOf(options, { ...parts, directory, inbox, messages, control: prepared.controlRoom });
    const sipMessages = { messaging, typingToMatrix: matrix.messages.typing, links: matrix.fileLinks };
    const sip: SipSide = await startSip(
        {
            ...options,
            ...parts,
            places: desk,
            policy: policyOf(config),
            messages: sipMessages,
            onSipMessage: prepared.onSipMessage,
            survival,
            resumeCalls: (resumer) => {
                for (const call of desk.resume(earlier, { matrix, sip: resumer })) gate.adopt(call);
            },
        },
        onStarted,
    );
    // reached only if the start fails from here on
    onStarted({ name: "resumed calls", stop: () => handOver(desk, survival) });
    desk.endInterrupted();
    addMetrics(sip.serverMetrics);
    // calls can be placed only now, and end before either side stops
    desk.connect(
        { matrix, sip: sip.legs, phone: sip.phoneLegs },
        transfersOf(config, { intake: gate, dialPlan, phones }),
    );
    await matrix.start();
    onStarted({ name: "Matrix side", stop: () => matrix.stop() });
    await startMessages({ config, log, messaging, matrix, sip: sip.messages, dialPlan }, onStarted);
    await startAdministration({ ...options, prepared, gate, desk, media, phones, matrix, sip }, onStarted);
    onStarted({ name: "calls", stop: () => stopCalls(sip, desk, survival, log) });
}

async function openStores({ store }: Config, log: Log, onStarted: OnStarted) {
    const directory = await NedbDirectory.open(store.path);
    onStarted({ name: "store", stop: () => directory.close() });
    const inbox = JournalInbox.open(store.path, log);
    onStarted({ name: "event inbox", stop: () => inbox.close() });
    const journal = JournalCalls.open(store.path, log);
    onStarted({ name: "call journal", stop: () => journal.close() });
    return { directory, inbox, journal };
}

async function stopCalls({ gateway }: SipSide, desk: CallDesk, survival: Survival, log: Log): Promise<void> {
    gateway.stop();
    await handOver(desk, survival);
    if (survival.callsGoOn) log.info("connected calls left to the next start", { within: "60 s" });
    else await gateway.drain(DRAIN_MS);
}

/** Settles which calls go on; has no effect a second time. */
async function handOver(desk: CallDesk, survival: Survival): Promise<void> {
    if (!survival.isDecided) survival.handedOver(await desk.handOver(STOP_MS, () => survival.mode === "handOver"));
}

async function startMedia(
    { media, store, calls }: Config,
    {
        earlier,
        ...parts
    }: {
        readonly telemetry: Telemetry;
        readonly recorder: CallRecords;
        readonly log: Log;
        /** The calls of the previous run. */
        readonly earlier: readonly CallSnapshot[];
    },
    onStarted: OnStarted,
): Promise<MediaProxy> {
    if (media === "none") return new PassThroughMediaProxy(systemClock, parts.telemetry);
    const proxy = new RtpengineMediaProxy(
        {
            ...RTPENGINE_DEFAULTS,
            callIdPrefix: `${RTPENGINE_DEFAULTS.callIdPrefix}${await installationId(store.path)}-`,
            engines: media.rtpengine,
            ...(media.interfaces !== undefined && { interfaces: media.interfaces }),
            ...(media.dtmfReports !== undefined && { digitReports: media.dtmfReports }),
            ...holdMusicOf(calls),
            requestTimeoutMs: media.timeoutMs,
            probeIntervalMs: media.probeSeconds * 1_000,
        },
        { clock: systemClock, ...parts },
    );
    onStarted({ name: "media", stop: () => proxy.stop() });
    await proxy.start();
    await proxy.deleteStaleSessions(sessionsThatGoOn(earlier));
    return proxy;
}

/** The music that comes with the bridge, unless the configuration names other music or none. */
function holdMusicOf({ holdMusic }: Config["calls"]): Pick<RtpengineOptions, "holdMusic"> {
    if (holdMusic === "none") return {};
    return { holdMusic: holdMusic ?? fileURLToPath(new URL("../../assets/hold-music.wav", import.meta.url)) };
}

/** Calls that were not connected end at the start, so their media is not needed. */
function sessionsThatGoOn(earlier: readonly CallSnapshot[]): readonly Pick<MediaRequest, "callId" | "leg">[] {
    const connected = earlier.filter(({ state }) => state.phase === "connected" || state.phase === "changing");
    return connected.flatMap(({ callId, media }) =>
        media.map(({ leg }) => ({ callId, ...(leg !== targetLeg(1) && { leg }) })),
    );
}

interface CallParts {
    readonly dialPlan: DialPlan;
    readonly intake: CallIntake;
    readonly telemetry: Telemetry;
    readonly recorder: CallRecords;
    readonly phones: Phones | undefined;
}

function policyOf({ calls }: Config): CallPolicy {
    return { ringMs: calls.ringSeconds * 1_000, maxDurationMs: calls.maxHours * HOUR_MS };
}

function sendsCallerNames(config: Config): boolean {
    return sipTrunksOf(config).trunks.some(({ callerName }) => callerName.style !== "none");
}

function transfersOf(
    config: Config,
    { intake, dialPlan, phones }: Pick<CallParts, "intake" | "dialPlan" | "phones">,
): TransferParts {
    const trunkMedia = trunkMediaOf(config);
    const mediaOf = (trunk: string): MediaTransport => trunkMedia([trunk]).media;
    return { intake, routes: new TransferRoutes({ dialPlan, phoneBook: phones, mediaOf }), newCallId };
}

interface MatrixStores {
    readonly directory: NedbDirectory;
    readonly inbox: JournalInbox;
}

function matrixSideOf(
    { config, registration, port, log }: BridgeOptions,
    {
        directory,
        inbox,
        messages,
        intake,
        dialPlan,
        telemetry,
        recorder,
        phones,
        control,
    }: CallParts & MatrixStores & { readonly messages: MatrixMessageOptions; readonly control: ControlRoom },
): MatrixSide & { readonly messages: ConnectedMessages } {
    const policy = policyOf(config);
    const side = assembleMatrix(
        {
            messages,
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
            startupTimeoutMs: HOMESERVER_START_MS,
            mayJoinAs: (user) =>
                config.matrix.joinAsCallee !== false &&
                serverOf(user) === config.homeserver.domain &&
                registration.covers(user),
            numbering: numberingOf(config),
            outboundPolicy: policy,
            ringMs: policy.ringMs,
            mediaOf: trunkMediaOf(config),
            showsCallerNames: phones !== undefined || sendsCallerNames(config) ? "yes" : "no",
        },
        {
            directory,
            inbox,
            dialPlan,
            ...(phones !== undefined && { phoneBook: phones }),
            intake,
            control: { listener: control, room: config.control.room },
            newCallId,
            telemetry,
            recorder,
            clock: systemClock,
            log,
        },
    );
    if (side.messages === undefined) throw new Error("the Matrix side was built without messages");
    return { ...side, messages: side.messages };
}

/** Without accounts there is no registrar, and unknown peers receive no challenge. */
async function startPhones(
    config: Config,
    dialPlan: DialPlan,
    log: Log,
    onStarted: OnStarted,
): Promise<Phones | undefined> {
    if (config.accounts.length === 0) return undefined;
    const store = await NedbContacts.open(config.store.path, log);
    onStarted({ name: "registered phones", stop: () => store.close() });
    return phonesOf(config, { store, dialPlan, clock: systemClock, log });
}

async function stopped({ name, stop }: Stoppable, log: Log): Promise<void> {
    try {
        await stop();
    } catch (error) {
        log.warn("part not stopped properly", { part: name, error });
    }
}
