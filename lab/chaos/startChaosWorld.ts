import { randomBytes } from "node:crypto";
import type { BridgeConfig } from "../world/Bridge.ts";
import { freePort, loopback } from "../world/freePort.ts";
import { until } from "../world/until.ts";
import { World } from "../world/World.ts";

export interface ChaosWorld {
    readonly world: World;
    /** Resolves once the bridge can take a call: homeserver, SIP server and rtpengine work. */
    readonly isReady: () => Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

/** A world whose bridge tells by its HTTP API when it is ready. */
export async function startChaosWorld(): Promise<ChaosWorld> {
    const port = await freePort();
    const admin = { listen: `${loopback}:${port}`, token: randomBytes(16).toString("hex") };
    const world = await World.start({ configure: (config) => ({ ...config, admin, trunks: transferring(config) }) });
    const probe = async (): Promise<true | undefined> => {
        const response = await fetch(`http://${admin.listen}/ready`).catch(() => undefined);
        return response?.ok === true ? true : undefined;
    };
    const isReady = async (): Promise<void> => {
        const isIdle = async (): Promise<true | undefined> =>
            (await world.rtpengine.sessionCount()) === 0 ? probe() : undefined;
        await until(isIdle, { what: "the bridge to be ready for the next call", timeoutMs: READY_TIMEOUT_MS });
    };
    return { world, isReady };
}

function transferring({ trunks }: BridgeConfig): readonly object[] {
    return (trunks as readonly object[]).map((trunk) => ({ ...trunk, transfers: "allow" }));
}
