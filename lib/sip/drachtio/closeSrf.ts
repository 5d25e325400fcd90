import type { SrfLike } from "./srfShapes.ts";

/** Closes the connection to the SIP server, if there is one. What was written before is still sent. */
export function closeSrf(srf: SrfLike): void {
    const sockets = [...(srf.app.client?.mapServer.keys() ?? [])];
    try {
        srf.disconnect();
    } catch {
        // never connected, or closed by the server at the same time: there is no socket to close
    }
    // drachtio-srf only ends its side, forgets the frame that it has read in part, and throws at the rest of it
    for (const socket of sockets) socket.removeAllListeners("data").resume();
}
