import type { MediaReport } from "../../lib/ports/MediaProxy.ts";

/** Keeps the causes of lost media, and nothing else that a session reports. */
export function keepLosses(causes: string[]): MediaReport {
    return (event) => {
        if (event.kind === "mediaFailed") causes.push(event.cause);
    };
}
