import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { until } from "../../lab/world/until.ts";
import { numbers as labNumbers, type World } from "../../lab/world/World.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";

/** Both parties play their own tone; each must hear the other's. */
export const tones = { phone: 620, alice: 440, bob: 520, otherPhone: 740 } as const;

const endings = new Set(["m.call.hangup", "m.call.reject"]);

/**
 * What must hold once a call is over: the client's call is ended, the bridge said so at most once, and with this reason,
 * and no media is left.
 */
export async function expectEnded(
    world: Pick<World, "rtpengine">,
    client: MatrixClientPage,
    callId: string,
    byBridge: { readonly type: string; readonly reason?: string } | "silent",
): Promise<void> {
    await client.awaitState(callId, "ended");
    await world.rtpengine.drained();
    const said = async (): Promise<{ type: string; reason: unknown }[]> =>
        (await client.callEvents(callId))
            .filter(({ type, sender }) => endings.has(type) && sender !== client.device.userId)
            .map(({ type, content }) => ({ type, reason: content["reason"] }));
    if (byBridge === "silent") {
        expect(await said()).toEqual([]);
        return;
    }
    // A client whose own timer ran out as well does not wait for the bridge's word.
    await until(async () => ((await said()).length > 0 ? true : undefined), { what: byBridge.type, timeoutMs: 5_000 });
    expect(await said()).toEqual([{ type: byBridge.type, reason: byBridge.reason }]);
}

/**
 * At level info and above, nothing in the bridge's log tells who calls whom, from where, or what opens a door.
 * @param words numbers with their +, and anything else that must not be there
 */
export function expectDiscreetLog(world: World, ...words: readonly string[]): void {
    const digits = [...Object.values(labNumbers), ...words].map((word) =>
        word.startsWith("+") ? word.slice(1) : word,
    );
    const secrets = readFileSync(world.bridge.registrationFile, "utf8").match(/(?<=_token: *"?)[\w-]{20,}/g) ?? [];
    expect(secrets).toHaveLength(2);
    const seen = world.bridge
        .log()
        .split("\n")
        .filter((line) => line !== "" && !line.includes('"level":"debug"'));
    const told = [...digits, ...secrets, "a=rtpmap", "a=fingerprint", "candidate:"];
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.filter((line) => told.some((word) => line.includes(word)))).toEqual([]);
}

interface LogLine {
    readonly level: string;
    readonly message: string;
    readonly callId?: string;
    readonly matrixCallId?: string;
    readonly [field: string]: unknown;
}

/**
 * The lines of the bridge's log, at level info and above, that have the id of one call: its whole story.
 * @param matrixCallId as the client knows it; of a call the bridge places, both ids are the same
 */
export function storyOf(world: World, matrixCallId: string): readonly LogLine[] {
    const lines = world.bridge
        .log()
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as LogLine);
    const callId = lines.find((line) => line.matrixCallId === matrixCallId)?.callId ?? matrixCallId;
    return lines.filter((line) => line.callId === callId && line.level !== "debug");
}

/** Nothing the operator should look at happened, but for what a spec brings about. */
export function expectQuietLog(world: World, butFor?: RegExp): void {
    const amiss = world.bridge
        .log()
        .split("\n")
        .filter((line) => /"level":"(warn|error)"/.test(line))
        // the lab's rules allow more than an operator should, and its peers and trunks share one address
        .filter((line) => !line.includes("configuration warning"))
        .filter((line) => butFor?.test(line) !== true);
    expect(amiss).toEqual([]);
}
