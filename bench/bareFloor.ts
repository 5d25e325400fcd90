import { makeRunDirectory } from "../lab/labFolder.ts";
import { type BareCallFigures, placeBareCalls } from "./bareCalls.ts";
import { startEmbeddedServer } from "./sipServers.ts";

/** The same calls, answered by a bare drachtio-srf application over the same embedded server. */
export async function measureBareFloor(callsPerSecond: number, seconds: number): Promise<BareCallFigures> {
    const directory = makeRunDirectory("bench-bare");
    const server = await startEmbeddedServer(directory);
    try {
        return await placeBareCalls(server, directory, { callsPerSecond, seconds });
    } finally {
        await server.stop();
    }
}
