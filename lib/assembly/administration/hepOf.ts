import type { Config } from "../../config/Config.generated.ts";
import { HepSender } from "../../hep/HepSender.ts";
import type { HepEndpoint, HepPacket } from "../../hep/encodeHep.ts";
import { qualityReport } from "../../hep/qualityReport.ts";
import { sipText } from "../../hep/sipText.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { CallRecordSink } from "../../records/CallRecord.ts";
import type { MessageObserver, SipMessage } from "../../sip/drachtio/observeStack.ts";
import { bodyWithoutSecrets, headersWithoutSecrets } from "../../sip/withoutSecrets.ts";
import type { OnStarted } from "../Stoppable.ts";

/** What is sent to a HEP collector. */
export interface HepReports {
    readonly onSipMessage: MessageObserver;
    readonly calls: CallRecordSink;
}

const UNKNOWN: HepEndpoint = { address: "0.0.0.0", port: 0 };

/** Sends SIP messages and call reports to the collector; undefined without `hep`. */
export function hepOf({ hep, sip }: Config, clock: Clock, log: Log, onStarted: OnStarted): HepReports | undefined {
    if (hep === undefined) return undefined;
    const { collector, captureId, password } = hep;
    const sender = new HepSender({ ...collector, captureId, password: password?.reveal() }, log);
    onStarted({ name: "HEP sender", stop: () => sender.close() });
    const local = (protocol: string): HepEndpoint => {
        const listener = sip.listen.find(({ transport }) => transport === protocol);
        return listener === undefined
            ? UNKNOWN
            : { address: sip.publicAddress ?? listener.address, port: listener.port };
    };
    return {
        onSipMessage: (message) => sender.send(packetOf(message, local, clock.now())),
        calls: {
            ended: (call) =>
                sender.send({
                    source: local("udp"),
                    destination: local("udp"),
                    transport: "udp",
                    at: call.endedAt,
                    payloadKind: "qualityReport",
                    correlationId: call.sipCallId,
                    payload: qualityReport(call),
                }),
        },
    };
}

function packetOf(message: SipMessage, local: (protocol: string) => HepEndpoint, at: number): HepPacket {
    const { direction, headers, body, peer, sipCallId } = message;
    const protocol = peer?.protocol ?? "udp";
    const [ours, theirs] = [local(protocol), peer ?? UNKNOWN];
    return {
        source: direction === "sent" ? ours : theirs,
        destination: direction === "sent" ? theirs : ours,
        transport: protocol === "udp" ? "udp" : "tcp",
        at,
        payloadKind: "sip",
        correlationId: sipCallId,
        payload: sipText({
            ...message,
            headers: headersWithoutSecrets(headers),
            body: bodyWithoutSecrets(headers.get("content-type"), body),
        }),
    };
}
