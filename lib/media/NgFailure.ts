/**
 * Why an ng request came to nothing: `timeout` no reply in time, `refused` the engine said no (the message is its
 * reason), `loadLimit` it takes no new call now, `closed` the client was closed meanwhile.
 */
export type NgFailureKind = "timeout" | "refused" | "loadLimit" | "closed";

export class NgFailure extends Error {
    readonly kind: NgFailureKind;

    constructor(kind: NgFailureKind, message: string) {
        super(message);
        this.name = new.target.name;
        this.kind = kind;
    }

    /** The engine has no port, session or other resource left for a call: another one may have. */
    get meansExhausted(): boolean {
        if (this.kind === "loadLimit") return true;
        return this.kind === "refused" && /ran out of|session limit|load limit/i.test(this.message);
    }

    /** The engine has no such call: it was restarted, or gave the call up. */
    get meansUnknownCall(): boolean {
        return this.kind === "refused" && /unknown call-?id/i.test(this.message);
    }
}
