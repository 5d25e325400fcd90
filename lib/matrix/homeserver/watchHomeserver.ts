import type { Telemetry } from "../../ports/Telemetry.ts";
import { HomeserverError } from "./HomeserverError.ts";
import type { SendRequest } from "./HomeserverRequest.ts";

/** Reports after each request whether the homeserver responded. An error of the homeserver is a response. */
export function watchHomeserver(send: SendRequest, telemetry: Pick<Telemetry, "homeserver">): SendRequest {
    return async (request) => {
        try {
            const reply = await send(request);
            telemetry.homeserver("up");
            return reply;
        } catch (error) {
            if (error instanceof HomeserverError) {
                if (error.kind === "unreachable") telemetry.homeserver("down", error.message);
                else telemetry.homeserver("up");
            }
            throw error;
        }
    };
}
