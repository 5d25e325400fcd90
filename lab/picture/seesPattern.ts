import { until } from "../world/until.ts";
import type { Picture } from "./pattern.ts";

/**
 * Resolves once pictures have these colours. If these are all the same, it is the pattern of a lab camera, and two pictures must
 * have its block in different places. @throws Error after `timeoutMs`, with what was seen last
 */
export async function seesPattern(
    what: string,
    look: () => Promise<Picture | null>,
    colours: Picture["colours"],
    timeoutMs: number,
): Promise<void> {
    let last: Picture | null = null;
    const isMoving = new Set(colours).size === 1;
    const places = new Set<number>();
    const probe = async (): Promise<true | undefined> => {
        last = await look();
        if (last?.colours.join() !== colours.join()) return undefined;
        if (last.block !== null) places.add(last.block);
        return !isMoving || places.size > 1 ? true : undefined;
    };
    try {
        await until(probe, { what: `${what} to show ${colours.join()}`, timeoutMs, everyMs: 100 });
    } catch (error) {
        throw new Error(`${String(error)}; last seen: ${JSON.stringify(last)}`, { cause: error });
    }
}
