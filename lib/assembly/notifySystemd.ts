import { execFile } from "node:child_process";
import type { Log } from "../ports/Log.ts";

/** Longer than systemd-notify takes on a busy machine, in ms. */
const TIMEOUT_MS = 5_000;

/**
 * Reports the state of the service to systemd, for units with `Type=notify` (sd_notify(3)). Does nothing if the process was
 * not started by such a unit. Node has no datagram sockets in the file system, so systemd's own program sends the message;
 * the unit needs `NotifyAccess=all`. Resolves when systemd has received it; a failure is logged as a warning, and systemd then
 * ends the service after its `TimeoutStartSec`.
 */
export function notifySystemd(state: "READY=1" | "STOPPING=1", log: Log): Promise<void> {
    if (process.env["NOTIFY_SOCKET"] === undefined) return Promise.resolve();
    return new Promise((resolve) => {
        execFile("systemd-notify", [state], { timeout: TIMEOUT_MS }, (error) => {
            if (error !== null) {
                log.warn("systemd not notified", {
                    state,
                    error,
                    hint: "check that systemd-notify is installed and that the unit has NotifyAccess=all",
                });
            }
            resolve();
        });
    });
}
