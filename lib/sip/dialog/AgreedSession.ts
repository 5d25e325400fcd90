import type { Sdp } from "../../call/vocabulary.ts";
import { isSameSession } from "../../sdp/readDescription.ts";

/** What was agreed last in a dialog. */
export class AgreedSession {
    local: Sdp;
    /** Undefined if the peer has not said anything yet. */
    remote: Sdp | undefined;

    constructor({ local, remote }: { readonly local: Sdp; readonly remote: Sdp | undefined }) {
        this.local = local;
        this.remote = remote;
    }

    /** Whether the peer describes the session as before. */
    isAgreed(sdp: Sdp): boolean {
        return this.remote !== undefined && isSameSession(sdp, this.remote);
    }
}
