import type { Clock } from "../Clock.ts";
import type { EngineListener, SipEngine } from "../engine/SipEngine.ts";
import type { Log } from "../log.ts";
import type { AppClient } from "./AppClient.ts";
import { AppCommands } from "./AppCommands.ts";
import type { SipFrame } from "./AppCommands.ts";
import { AppEvents } from "./AppEvents.ts";
import { ClientRegistry } from "./ClientRegistry.ts";
import type { ControlCounters } from "./ControlCounters.ts";
import { ControlServer } from "./ControlServer.ts";
import type { Hostports } from "./ControlServer.ts";
import { Ownership } from "./Ownership.ts";
import { encodeNok } from "./serverFrame.ts";

/** Applications check it against `^v\d+\.\d+\.\d+` to know what the server can do. */
export const SERVER_VERSION = "v0.9.10-embedded";

export type ControlPortParts<Engine extends SipEngine> = {
    /** Called once, before this function returns: the engine reports all events to this listener. */
    readonly makeEngine: (listener: EngineListener) => Engine;
    readonly secret: string;
    readonly hostports: Hostports;
    readonly clock: Clock;
    readonly log: Log;
    /** How long an application with a resume name may be away, in ms. */
    readonly holdMs: number;
    /** What frames give as the time of a message. */
    readonly timeOfDay: () => Date;
};

export type ControlPort<Engine extends SipEngine> = {
    readonly engine: Engine;
    readonly server: ControlServer;
    readonly counters: Readonly<ControlCounters>;
    /** What the façade holds at the moment: clients, and the transactions and dialogs they own. */
    readonly load: () => { readonly clients: number; readonly transactions: number; readonly dialogs: number };
};

/** Joins an engine and the applications that control it. The port is not open yet: that is {@link ControlServer.listen}. */
export function makeControlPort<Engine extends SipEngine>(parts: ControlPortParts<Engine>): ControlPort<Engine> {
    const { secret, hostports, clock, log, holdMs, timeOfDay } = parts;
    const registry = new ClientRegistry<AppClient>();
    const transactions = new Ownership<AppClient>();
    const dialogs = new Ownership<AppClient>();
    const counters: ControlCounters = { framesReceived: 0, unauthenticated: 0, ordersRefused: 0 };
    const engine = parts.makeEngine(new AppEvents({ registry, transactions, dialogs, timeOfDay }));
    const commands = new AppCommands({ engine, transactions, dialogs, counters, timeOfDay });
    const onSip = (client: AppClient, frame: SipFrame): void => {
        commands.carryOut(client, frame).catch((error: unknown) => {
            log.error("command failed unexpectedly", { error });
            client.reply(encodeNok(frame.id, "Server error"));
        });
    };
    const server = new ControlServer({
        secret,
        version: SERVER_VERSION,
        hostports,
        registry,
        counters,
        clock,
        log,
        holdMs,
        timeOfDay,
        onSip,
        heldBy: (client) => ({
            // the INVITE of an early dialog is among the transactions
            dialogs: dialogs.idsOf(client).filter((id) => engine.isConfirmed(id)),
            transactions: transactions.idsOf(client).flatMap((id) => engine.pendingRequest(id) ?? []),
        }),
        onGone: (client) => commands.abandon(client),
    });
    return {
        engine,
        server,
        counters,
        load: () => ({ clients: server.connected, transactions: transactions.size, dialogs: dialogs.size }),
    };
}
