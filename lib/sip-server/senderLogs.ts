import type { Clock } from "./Clock.ts";
import type { Log } from "./log.ts";
import type { Protocol } from "./transport/SipTransport.ts";
import { SourceLog } from "./transport/SourceLog.ts";
import type { Admission, HandshakeFailure } from "./transport/TransportOptions.ts";

/** What the server logs about senders, however often they send. */
export interface SenderLogs {
    readonly handshakes: SourceLog<HandshakeFailure>;
    /** Datagrams and connections that are dropped, because their address is not in --trust. */
    readonly unknown: SourceLog<{ readonly protocol: Protocol; readonly address: string }>;
    stop(): void;
}

/** Numbers of unknown senders that are logged in ten minutes. */
const LOGGED = { handshakes: 3, unknown: 20 };

export function senderLogs(clock: Clock, admit: (address: string) => Admission, log: Log): SenderLogs {
    const isTrusted = (address: string): boolean => admit(address) === "trusted";
    const handshakes: SenderLogs["handshakes"] = new SourceLog({
        clock,
        isTrusted,
        unknownSources: LOGGED.handshakes,
        onFirst: ({ protocol, address, error }) =>
            log.warn("TLS handshake failed", { protocol, address: address === "" ? "gone" : address, error }),
        onSummary: ({ events, ...rest }) => log.warn("TLS handshakes failed repeatedly", { failures: events, ...rest }),
    });
    const unknown: SenderLogs["unknown"] = new SourceLog({
        clock,
        isTrusted,
        unknownSources: LOGGED.unknown,
        onFirst: ({ protocol, address }) =>
            log.info("request dropped: unknown sender", {
                address,
                transport: protocol,
                hint: "a PBX or carrier needs an entry in sip.peers or trunks",
            }),
        onSummary: ({ events, ...rest }) =>
            log.info("requests dropped: unknown senders", { requests: events, ...rest }),
    });
    return {
        handshakes,
        unknown,
        stop: () => {
            handshakes.stop();
            unknown.stop();
        },
    };
}
