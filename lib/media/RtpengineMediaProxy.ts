import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { MediaProxy, MediaRecord, MediaReport, MediaRequest, MediaSession } from "../ports/MediaProxy.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { DigitWatch } from "./digits/DigitWatch.ts";
import { deleteStaleSessions } from "./deleteStaleSessions.ts";
import { HoldMusic } from "./HoldMusic.ts";
import { LivenessWatch } from "./LivenessWatch.ts";
import { keptSessionOf } from "./mediaRecord.ts";
import type { OpenNgSocket } from "./NgSocket.ts";
import { isOnThisHost } from "./isOnThisHost.ts";
import { type EngineHealth, Rtpengine } from "./Rtpengine.ts";
import { sessionName } from "./CallPlacement.ts";
import type { MediaSessionParts } from "./MediaSessionParts.ts";
import { engineNames } from "./PlacedCall.ts";
import { RtpengineMediaSession } from "./RtpengineMediaSession.ts";
import type { RtpengineOptions } from "./RtpengineOptions.ts";
import { resolveBySystem, type ResolveHost } from "./resolveHost.ts";
import { RtpenginePool } from "./RtpenginePool.ts";
import { UdpNgSocket } from "./UdpNgSocket.ts";

export interface RtpengineMediaParts {
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: Telemetry;
    /** How to reach an engine, UDP if left out. */
    readonly openSocket?: OpenNgSocket;
    /** How host names in session descriptions are resolved; by the system if left out. */
    readonly resolveHost?: ResolveHost;
    /** Receives the audio statistics of calls that were connected. */
    readonly recorder?: Pick<CallRecorder, "note">;
}

/** The media of all calls, through one or several rtpengines. */
export class RtpengineMediaProxy implements MediaProxy {
    readonly #options: RtpengineOptions;
    readonly #parts: RtpengineMediaParts;
    readonly #pool: RtpenginePool;
    readonly #watch: LivenessWatch;
    readonly #canSplit: boolean;
    readonly #music: HoldMusic;
    readonly #digits: DigitWatch | undefined;

    constructor(options: RtpengineOptions, parts: RtpengineMediaParts) {
        this.#options = options;
        this.#parts = parts;
        this.#canSplit = options.engines.every(({ host }) => isOnThisHost(host));
        const { clock, log } = parts;
        this.#music = new HoldMusic(options.holdMusic, log);
        const openSocket: OpenNgSocket = parts.openSocket ?? ((address, receive) => new UdpNgSocket(address, receive));
        const clientParts = { openSocket, clock, timeoutMs: options.requestTimeoutMs };
        this.#pool = new RtpenginePool({
            engines: options.engines.map((address) => new Rtpengine(address, clientParts, log)),
            choice: options.choice,
            probeIntervalMs: options.probeIntervalMs,
            clock,
        });
        this.#watch = new LivenessWatch(clock, options.liveness.pollIntervalMs);
        const { digitReports: listen, engines, callIdPrefix: prefix } = options;
        if (listen !== undefined) this.#digits = new DigitWatch({ listen, engines, prefix, clock, log });
    }

    /** Begins to watch over the engines. Resolves once each has answered or was found silent; never rejects. */
    async start(): Promise<void> {
        if (!this.#canSplit)
            this.#parts.log.info("no video between phones and Matrix clients: an rtpengine is on another host");
        await this.#pool.start();
        await this.#digits?.start(this.#pool.engines);
    }

    /** How each engine is, for health reports. */
    get engines(): readonly {
        readonly name: string;
        readonly health: EngineHealth;
        readonly calls: number;
    }[] {
        return this.#pool.engines.map(({ name, health, calls }) => ({ name, health, calls }));
    }

    /**
     * Frees what an earlier run of this bridge left behind, but for the sessions that go on. For the start, before the first
     * call. Resolves to how many calls.
     */
    deleteStaleSessions(goingOn: readonly Pick<MediaRequest, "callId" | "leg">[] = []): Promise<number> {
        const prefix = this.#options.callIdPrefix;
        const kept = new Set(goingOn.flatMap((request) => engineNames(prefix + sessionName(request))));
        return deleteStaleSessions(this.#pool.engines, { prefix, kept }, this.#parts.log);
    }

    open(request: MediaRequest, report: MediaReport): MediaSession {
        return new RtpengineMediaSession(request, report, this.#partsFor(request));
    }

    resume(request: MediaRequest, record: MediaRecord, report: MediaReport): MediaSession | undefined {
        const engine = this.#pool.engines.find(({ name }) => name === record.server);
        const kept = keptSessionOf(record);
        if (engine === undefined || kept === undefined) return undefined;
        return new RtpengineMediaSession(request, report, this.#partsFor(request), { engine, kept });
    }

    #partsFor(request: MediaRequest): MediaSessionParts {
        return {
            options: this.#options,
            pool: this.#pool,
            watch: this.#watch,
            clock: this.#parts.clock,
            telemetry: this.#parts.telemetry,
            canSplit: this.#canSplit,
            ...(this.#digits !== undefined && { digitReports: this.#digits.reports }),
            music: this.#music,
            resolveHost: this.#parts.resolveHost ?? resolveBySystem,
            ...(this.#parts.recorder !== undefined && { recorder: this.#parts.recorder }),
            log: this.#parts.log.child({ callId: request.callId }),
        };
    }

    /** Ends every timer and socket. Sessions must have been released: what is under way is given up. */
    stop(): void {
        this.#watch.stop();
        this.#digits?.stop();
        this.#pool.stop();
    }
}
