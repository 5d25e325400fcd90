import type { Log } from "../../../lib/sip-server/log.ts";

/** A log of the SIP server that discards everything. */
export const quietServerLog: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    isDebug: false,
};
