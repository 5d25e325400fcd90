import type { MediaReport, MediaRequest } from "../ports/MediaProxy.ts";
import { type PlacementParts, sessionName } from "./CallPlacement.ts";
import { SignalledDigits } from "./digits/SignalledDigits.ts";
import type { MediaSessionParts } from "./MediaSessionParts.ts";

/** What the placement of a session's call needs, apart from what the session itself does about its end. */
export function placementOf(
    request: MediaRequest,
    report: MediaReport,
    { options, pool, log, digitReports }: MediaSessionParts,
): Omit<PlacementParts, "onEngineChange" | "onSplitterLost"> {
    return {
        name: options.callIdPrefix + sessionName(request),
        networks: options.interfaces,
        pool,
        log,
        digits: new SignalledDigits({
            formOf: (side) => request.digits?.(side) ?? "media",
            areReported: () => pool.reportsDigits,
            onDigit: (side, digits) => report({ kind: "digits", side, digits }),
        }),
        digitReports,
        onPictureRequest: (side) => report({ kind: "pictureRequested", side }),
    };
}
