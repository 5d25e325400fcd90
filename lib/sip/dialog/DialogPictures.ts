import type { LegReport, PictureSource } from "../../ports/CallLeg.ts";
import type { Clock } from "../../ports/Clock.ts";
import { childOf, parseXml } from "../message/format/xmlDocument.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { askInDialog, type InDialogParts } from "./askInDialog.ts";

export interface DialogPicturesParts extends InDialogParts {
    readonly clock: Pick<Clock, "monotonic">;
    readonly report: LegReport;
}

const MEDIA_CONTROL = "application/media_control+xml";
const REQUEST =
    '<?xml version="1.0" encoding="utf-8"?>' +
    "<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive></media_control>";
/** A browser that waits for a picture asks several times a second. A phone needs one request. */
const PAUSE_MS = 1_000;

/** Requests for a whole picture of one dialog that travel by INFO, in both directions (RFC 5168). */
export class DialogPictures implements PictureSource {
    readonly #parts: DialogPicturesParts;
    #lastAt: number | undefined;
    #support: "assumed" | "missing" = "assumed";

    constructor(parts: DialogPicturesParts) {
        this.#parts = parts;
    }

    /** The response to an INFO with media control; undefined for every other request. What it asks for is reported. */
    receive({ method, headers, body }: IncomingRequest): OutgoingResponse | undefined {
        if (method !== "INFO" || !isMediaControl(headers.get("content-type"))) return undefined;
        if (asksForPicture(body)) this.#parts.report({ kind: "pictureRequested" });
        return { status: 200 };
    }

    /** Sends a request, unless one was sent a moment ago, or the peer has rejected one. */
    async request(): Promise<void> {
        const now = this.#parts.clock.monotonic();
        if (this.#support === "missing" || (this.#lastAt !== undefined && now - this.#lastAt < PAUSE_MS)) return;
        this.#lastAt = now;
        const headers = { "Content-Type": MEDIA_CONTROL };
        const { status } = await askInDialog(this.#parts, { method: "INFO", headers, body: REQUEST });
        if (status >= 400 && status < 500) this.#support = "missing";
    }
}

function isMediaControl(type: string | undefined): boolean {
    return type !== undefined && (type.split(";")[0] ?? "").trim().toLowerCase() === MEDIA_CONTROL;
}

function asksForPicture(body: string): boolean {
    const control = parseXml(body);
    if (control?.name !== "media_control") return false;
    return childOf(childOf(childOf(control, "vc_primitive"), "to_encoder"), "picture_fast_update") !== undefined;
}
