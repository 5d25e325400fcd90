import { Rtpengine } from "../../lab/world/Rtpengine.ts";
import type { CallId, EndCause, MediaTransport } from "../../lib/call/vocabulary.ts";
import { RtpengineMediaProxy } from "../../lib/media/RtpengineMediaProxy.ts";
import { RTPENGINE_DEFAULTS, type RtpengineOptions } from "../../lib/media/RtpengineOptions.ts";
import type { MediaRecord, MediaSession } from "../../lib/ports/MediaProxy.ts";
import { systemClock } from "../../lib/telemetry/systemClock.ts";
import { keepLosses } from "./lostMedia.ts";
import { KeptLog, KeptTelemetry } from "./quiet.ts";

/** The media adapter with real rtpengines behind it. */
export class MediaWorld {
    readonly media: RtpengineMediaProxy;
    readonly engines: readonly Rtpengine[];
    readonly log: KeptLog;
    readonly telemetry: KeptTelemetry;
    /** Causes reported by sessions, in order. */
    readonly reports: EndCause[] = [];
    #calls = 0;

    private constructor(engines: readonly Rtpengine[], options: Partial<RtpengineOptions>) {
        this.engines = engines;
        this.log = new KeptLog();
        this.telemetry = new KeptTelemetry();
        this.media = new RtpengineMediaProxy(
            {
                ...RTPENGINE_DEFAULTS,
                requestTimeoutMs: 500,
                engines: engines.map(({ ngPort }) => ({ host: "127.0.0.1", port: ngPort })),
                ...options,
            },
            { clock: systemClock, log: this.log, telemetry: this.telemetry },
        );
    }

    /** @param reportsTo where the engines report digits; to where the bridge expects them, if left out */
    static async start(
        options: Partial<RtpengineOptions> = {},
        engineCount = 1,
        reportsTo = options.digitReports,
    ): Promise<MediaWorld> {
        const args = reportsTo === undefined ? [] : [`--dtmf-log-dest=${reportsTo.host}:${reportsTo.port}`];
        const engines = await Promise.all(Array.from({ length: engineCount }, () => Rtpengine.start(args)));
        const world = new MediaWorld(engines, options);
        await world.media.start();
        return world;
    }

    /** Another bridge with the same engines. It does not stop them. */
    async sharing(options: Partial<RtpengineOptions>): Promise<MediaWorld> {
        const world = new MediaWorld(this.engines, options);
        await world.media.start();
        return world;
    }

    open(origin: MediaTransport, target: MediaTransport): MediaSession {
        const callId = `call${++this.#calls}` as CallId;
        return this.media.open(
            { callId, transports: { origin, target }, video: "permitted" },
            keepLosses(this.reports),
        );
    }

    /** The last session goes on, as after a restart of the bridge. */
    resume(origin: MediaTransport, target: MediaTransport, record: MediaRecord): MediaSession {
        const callId = `call${this.#calls}` as CallId;
        const session = this.media.resume({ callId, transports: { origin, target } }, record, keepLosses(this.reports));
        if (session === undefined) throw new Error("the record cannot be used");
        return session;
    }

    /** How many calls the engines hold, in their order. */
    held(): Promise<readonly number[]> {
        return Promise.all(this.engines.map((engine) => engine.sessionCount()));
    }

    async stop(): Promise<void> {
        this.media.stop();
        await Promise.all(this.engines.map((engine) => engine.stop()));
    }
}
