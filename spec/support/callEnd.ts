import { expect } from "vitest";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import type { World } from "../../lab/world/World.ts";

/** Both parties play their own tone; each must hear the other's. */
export const tones = { phone: 620, alice: 440, bob: 520 } as const;

const endings = new Set(["m.call.hangup", "m.call.reject"]);

/**
 * What must hold once a call is over: the client's call is ended, the bridge said so at most once, and with this reason,
 * and no media is left.
 */
export async function expectEnded(
    world: World,
    client: MatrixClientPage,
    callId: string,
    byBridge: { readonly type: string; readonly reason?: string } | "silent",
): Promise<void> {
    await client.awaitState(callId, "ended");
    await world.rtpengine.drained();
    const said = (await client.callEvents(callId))
        .filter(({ type, sender }) => endings.has(type) && sender !== client.device.userId)
        .map(({ type, content }) => ({ type, reason: content["reason"] }));
    expect(said).toEqual(byBridge === "silent" ? [] : [{ type: byBridge.type, reason: byBridge.reason }]);
}

/** Nothing the operator should look at happened. */
export function expectQuietLog(world: World): void {
    const amiss = world.bridge
        .log()
        .split("\n")
        .filter((line) => /"level":"(warn|error)"/.test(line));
    expect(amiss).toEqual([]);
}
