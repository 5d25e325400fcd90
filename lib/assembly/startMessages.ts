import type { Config } from "../config/Config.generated.ts";
import { RemoteNetworks } from "../delivery/RemoteNetworks.ts";
import type { MatrixSide } from "../matrix/assembleMatrix.ts";
import type { ConnectedMessages } from "../matrix/messages/connectMessages.ts";
import { FILES_PATH } from "../matrix/messages/FileLinkServer.ts";
import type { DialPlan } from "../numbering/DialPlan.ts";
import type { Log } from "../ports/Log.ts";
import { type WebHandler, WebServer } from "../web/WebServer.ts";
import type { Messaging } from "./openMessages.ts";
import type { SipMessages } from "./sipMessages.ts";
import { SMS_PATH } from "../sms/SmsWebhooks.ts";
import { smsOf } from "./smsOf.ts";
import type { OnStarted } from "./Stoppable.ts";

/** How long attempts under way can take when the bridge stops. The messages are sent again after the start. */
const STOP_MS = 3_000;

/** Starts to deliver messages, when both sides are reached. Rejects if the HTTP listener cannot be opened. */
export async function startMessages(
    {
        config,
        log,
        messaging,
        matrix,
        sip,
        dialPlan,
    }: {
        readonly config: Config;
        readonly log: Log;
        readonly messaging: Messaging;
        readonly matrix: Pick<MatrixSide, "fileLinks"> & { readonly messages: ConnectedMessages };
        readonly sip: SipMessages;
        readonly dialPlan: Pick<DialPlan, "routeInbound">;
    },
    onStarted: OnStarted,
): Promise<void> {
    const { delivery, routing } = messaging;
    const sms = smsOf({ config, log, messaging, links: matrix.fileLinks, dialPlan });
    const { web } = config.messaging;
    const handlers = new Map<string, WebHandler>();
    const { fileLinks } = matrix;
    if (fileLinks !== undefined) handlers.set(FILES_PATH, (...request) => fileLinks.serve(...request));
    if (sms !== undefined) handlers.set(SMS_PATH, (...request) => sms.webhooks.serve(...request));
    if (web !== undefined) {
        const server = new WebServer({ host: web.listen.host, port: web.listen.port, handlers, log });
        await server.start();
        onStarted({ name: "web server", stop: () => server.stop() });
    }
    delivery.start({
        matrix: matrix.messages.carrier,
        remote: new RemoteNetworks({ routing, sip: sip.carrier, ...(sms !== undefined && { http: sms.carrier }) }),
    });
    onStarted({ name: "message delivery", stop: () => delivery.stop(STOP_MS) });
}
