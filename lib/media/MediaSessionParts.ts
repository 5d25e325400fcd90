import type { KeptSession } from "./mediaRecord.ts";
import type { Rtpengine } from "./Rtpengine.ts";
import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import type { DigitReports } from "./digits/DigitReports.ts";
import type { HoldMusic } from "./HoldMusic.ts";
import type { LivenessWatch } from "./LivenessWatch.ts";
import type { ResolveHost } from "./resolveHost.ts";
import type { RtpengineOptions } from "./RtpengineOptions.ts";
import type { RtpenginePool } from "./RtpenginePool.ts";

/** What a media session needs. */
export interface MediaSessionParts {
    readonly options: RtpengineOptions;
    readonly pool: RtpenginePool;
    readonly watch: LivenessWatch;
    /** Left out if the bridge receives no reports of digits. */
    readonly digitReports?: DigitReports;
    readonly clock: Clock;
    readonly telemetry: Telemetry;
    readonly log: Log;
    readonly music: HoldMusic;
    readonly resolveHost: ResolveHost;
    /** Whether every rtpengine is on this host, so that the splitter of a call with video can reach it. */
    readonly canSplit: boolean;
    /** Receives the audio statistics of calls that were connected. */
    readonly recorder?: Pick<CallRecorder, "note">;
}

/** A session of the previous run of the bridge, and the rtpengine that has its call. */
export interface ResumedSession {
    readonly engine: Rtpengine;
    readonly kept: KeptSession;
}
