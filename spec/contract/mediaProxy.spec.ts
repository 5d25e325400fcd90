import { Rtpengine } from "../../lab/world/Rtpengine.ts";
import { RtpengineMediaProxy } from "../../lib/media/RtpengineMediaProxy.ts";
import { RTPENGINE_DEFAULTS } from "../../lib/media/RtpengineOptions.ts";
import { FakeMediaProxy } from "../support/FakeMediaProxy.ts";
import { KeptLog, KeptTelemetry } from "../support/quiet.ts";
import { systemClock } from "../../lib/telemetry/systemClock.ts";
import { mediaProxyContract } from "./mediaProxy.contract.ts";

mediaProxyContract("the fake", () => {
    const media = new FakeMediaProxy();
    return Promise.resolve({
        media,
        held: () => Promise.resolve(media.held),
        vanish: () => {
            media.vanish();
            return Promise.resolve();
        },
        stop: () => Promise.resolve(),
    });
});

mediaProxyContract("rtpengine", async () => {
    const rtpengine = await Rtpengine.start();
    const media = new RtpengineMediaProxy(
        { ...RTPENGINE_DEFAULTS, engines: [{ host: "127.0.0.1", port: rtpengine.ngPort }], requestTimeoutMs: 500 },
        { clock: systemClock, log: new KeptLog(), telemetry: new KeptTelemetry() },
    );
    await media.start();
    return {
        media,
        held: () => rtpengine.sessionCount(),
        vanish: () => rtpengine.stop(),
        stop: async () => {
            media.stop();
            await rtpengine.stop();
        },
    };
});
