import type { Config } from "../config/Config.generated.ts";
import type { Log } from "../ports/Log.ts";
import { EmbeddedSipServer } from "../sip/drachtio/EmbeddedSipServer.ts";
import type { SipLinkParts } from "../sip/drachtio/SipLink.ts";
import { systemClock } from "../telemetry/systemClock.ts";
import { sipServerArguments } from "./sipServerArguments.ts";
import type { OnStarted } from "./Stoppable.ts";
import type { Survival } from "./Survival.ts";

export type SipServerAccess = Pick<SipLinkParts, "endpoint" | "onHang"> & Pick<EmbeddedSipServer, "metrics">;

/** Starts the embedded SIP server, or takes one over, unless the configuration names an external one. */
export async function startSipServer(
    config: Config,
    log: Log,
    survival: Survival,
    onStarted: OnStarted,
): Promise<SipServerAccess> {
    const { sip, store } = config;
    const { resumeName } = survival;
    if (sip.drachtio !== undefined) {
        const { host, port, secret } = sip.drachtio;
        const endpoint = { host, port, secret: secret.reveal(), resumeName };
        // Prometheus asks an external server itself
        return { endpoint: () => Promise.resolve(endpoint), metrics: () => Promise.resolve("") };
    }
    const server = new EmbeddedSipServer({
        clock: systemClock,
        log,
        bindings: sip.listen.map(({ transport, address, port }) => ({ transport, host: address, port })),
        ...(sip.publicAddress !== undefined && { advertise: sip.publicAddress }),
        extraArguments: sipServerArguments(config),
        // the next bridge recognises the process by what Linux shows of it
        ...(process.platform === "linux" && { folder: store.path }),
        resumeName,
    });
    await server.start();
    onStarted({ name: "SIP server", stop: () => (survival.callsGoOn ? server.leave() : server.stop()) });
    return { endpoint: () => server.endpoint(), onHang: () => server.replace(), metrics: () => server.metrics() };
}
