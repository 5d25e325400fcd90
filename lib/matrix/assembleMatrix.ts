import type { CallPolicy } from "../call/CallPolicy.ts";
import type { CallId } from "../call/vocabulary.ts";
import type { PartyMedia } from "../ports/MediaProxy.ts";
import type { DialPlan } from "../numbering/DialPlan.ts";
import { parseMatrixUserId, type MatrixRoomId, type MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { NumberingContext } from "../numbering/PhoneNumber.ts";
import type { CallIntake, LegDialler, LegResumer } from "../ports/CallIntake.ts";
import type { MatrixTarget } from "../ports/CallTarget.ts";
import type { MatrixLegRecord } from "../ports/LegRecord.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { ControlRoomListener, JoinRoom, SendRoomText } from "../ports/ControlRoom.ts";
import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Directory } from "../ports/Directory.ts";
import type { EventInbox } from "../ports/EventInbox.ts";
import type { Log } from "../ports/Log.ts";
import type { PhoneBook } from "../ports/PhoneBook.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { AppServiceFramework, type AppServiceHandlers } from "./homeserver/AppServiceFramework.ts";
import { ClientServerHomeserver } from "./homeserver/ClientServerHomeserver.ts";
import { connectHandlers, type ConnectedHandlers } from "./connectHandlers.ts";
import { GhostNames } from "./ghosts/GhostNames.ts";
import { watchHomeserver } from "./homeserver/watchHomeserver.ts";
import { findDeliveryFault, HomeserverUnavailable, pingHomeserver } from "./homeserver/pingHomeserver.ts";
import type { SendRequest } from "./homeserver/HomeserverRequest.ts";
import type { Registration } from "./homeserver/Registration.ts";
import { ClientServerMessages } from "./messages/ClientServerMessages.ts";
import type { ConnectedMessages, MessageParts } from "./messages/connectMessages.ts";
import { type FileLinkOptions, FileLinkServer } from "./messages/FileLinkServer.ts";
import { InboundFiles, type InboundFilesOptions } from "./messages/InboundFiles.ts";
import { HomeserverMedia } from "./messages/MediaRepository.ts";
import { PSTN_PROTOCOL_DESCRIPTION, PSTN_PROTOCOLS } from "./lookup/thirdPartyLookup.ts";

export interface MatrixOptions {
    readonly homeserverUrl: string;
    /** The server name in the user IDs of the homeserver. */
    readonly serverName: string;
    readonly registration: Registration;
    /** Prefix of the ghosts' localparts; the registration's exclusive namespace covers it. */
    readonly ghostPrefix: string;
    /** Address of the application service listener. */
    readonly listen: { readonly host: string; readonly port: number };
    /** How long to wait at startup for a homeserver that is not available yet, in ms. */
    readonly startupTimeoutMs: number;
    /** Whether to join a room as this user, who is called in it. Requires a registration that lets the bridge act for them. */
    readonly mayJoinAs: (user: MatrixUserId) => boolean;
    readonly numbering: NumberingContext;
    /** For calls that Matrix users place. */
    readonly outboundPolicy: CallPolicy;
    /** How long a Matrix user's devices ring, in ms; the ring time of the policy for calls from SIP. */
    readonly ringMs: number;
    /** The media profile of a trunk, by its name. */
    readonly mediaOf: (trunks: readonly [string, ...string[]]) => PartyMedia;
    /** Whether display names of Matrix users are sent to trunks or phones. */
    readonly showsCallerNames: "yes" | "no";
    /** Text messages; without it, messages in Matrix are ignored. */
    readonly messages?: MatrixMessageOptions;
}

/** Text messages as the composition root configures them. */
export type MatrixMessageOptions = Omit<MessageParts, "homeserver" | "files"> & {
    readonly files: InboundFilesOptions;
    /** How files are linked to; without it they are not. */
    readonly links?: Omit<FileLinkOptions, "secret">;
};

export interface MatrixParts {
    readonly directory: Directory;
    readonly inbox: EventInbox;
    readonly dialPlan: Pick<DialPlan, "whoMayDial" | "isDialable" | "hasRule">;
    /** The registered phones, if there are accounts. */
    readonly phoneBook?: Pick<PhoneBook, "phonesMeantBy">;
    readonly intake: CallIntake;
    readonly newCallId: () => CallId;
    readonly telemetry: Telemetry;
    readonly recorder: Pick<CallRecorder, "note" | "rejected">;
    /** Commands to the bot, and the room that needs no prefix. */
    readonly control?: { readonly listener: ControlRoomListener; readonly room: MatrixRoomId | undefined };
    readonly clock: Clock;
    readonly log: Log;
}

/** The Matrix side of the bridge. */
export interface MatrixSide extends LegDialler<MatrixTarget>, LegResumer<MatrixLegRecord> {
    /**
     * Starts listening, and verifies that the homeserver and the bridge reach each other.
     * @throws HomeserverUnavailable with the cause in one line; the listener is closed then
     */
    start(): Promise<void>;
    /** Stops listening. Calls must have ended before. Safe to call twice and without `start`. */
    stop(): Promise<void>;
    /** The Matrix side of text messages, if it was asked for. */
    readonly messages: ConnectedMessages | undefined;
    /** Links to files in Matrix, if they can be reached from the outside. */
    readonly fileLinks: FileLinkServer | undefined;
    /** Finds or creates the room of a user with somebody on the SIP side. Rejects with a `CallFailure` or `HomeserverError`. */
    openRoom(user: MatrixUserId, party: RemoteParty): Promise<MatrixRoomId>;
    readonly sendText: SendRoomText;
    readonly joinAsBot: JoinRoom;
    /**
     * Asks the homeserver to reach the bridge, and reports to telemetry whether the homeserver responds. Resolves to why it does
     * not deliver, if that is so.
     */
    check(): Promise<string | undefined>;
}

/** Builds the Matrix adapter. Does no I/O. */
export function assembleMatrix(options: MatrixOptions, parts: MatrixParts): MatrixSide {
    const { registration, homeserverUrl, serverName } = options;
    const { clock, log } = parts;
    const framework = new AppServiceFramework({ homeserverUrl, serverName, registration });
    const send = watchHomeserver(framework.send.bind(framework), parts.telemetry);
    const names = new GhostNames(serverName, options.ghostPrefix, registration.senderLocalpart);
    const homeserver = new ClientServerHomeserver(send, clock);
    const { messageParts, fileLinks } = messagePartsOf(options, parts, send);
    const connected = connectHandlers({
        ...parts,
        names,
        homeserver,
        mayJoinAs: (user) => !names.isOurs(user) && options.mayJoinAs(user),
        numbering: options.numbering,
        outboundPolicy: options.outboundPolicy,
        ringMs: options.ringMs,
        mediaOf: options.mediaOf,
        showsCallerNames: options.showsCallerNames,
        send,
        ...(messageParts !== undefined && { messages: messageParts }),
    });
    const { invitations, messages } = connected;
    const resumed = resumption();
    const stop = async (): Promise<void> => {
        invitations.stop();
        // a delivery that still waits is not confirmed
        resumed.reject(new Error("the Matrix side has stopped"));
        await framework.stop();
        homeserver.stop();
    };
    const pings = new Set<string | undefined>();
    // the ID is passed on by homeservers since Matrix 1.7
    const wasPinged = (transactionId: string): boolean => pings.has(transactionId) || pings.has(undefined);
    const pinging = { send, wasPinged, registration, homeserverUrl, clock };
    return {
        dial: connected.dialler.dial.bind(connected.dialler),
        resume: connected.resumer.resume.bind(connected.resumer),
        start: async () => {
            const handlers = handlersOf(connected, names, pings, resumed.promise, log);
            await framework.start(options.listen, handlers).catch(failToListen(options.listen));
            try {
                await pingHomeserver({ ...pinging, serverName, log, startupTimeoutMs: options.startupTimeoutMs });
                connected.router.resume();
                resumed.resolve(undefined);
            } catch (reason) {
                await stop();
                throw reason;
            }
        },
        stop,
        messages,
        fileLinks,
        ...forCommands(connected),
        check: () => {
            pings.clear();
            return findDeliveryFault(pinging);
        },
    };
}

/** Settled once deliveries can be handled; rejected when nothing waits for it, too. */
function resumption(): PromiseWithResolvers<undefined> {
    const resumed = Promise.withResolvers<undefined>();
    resumed.promise.catch(() => undefined);
    return resumed;
}

/** What commands need of the Matrix side. */
function forCommands({ rooms, botRooms }: ConnectedHandlers): Pick<MatrixSide, "openRoom" | "sendText" | "joinAsBot"> {
    return {
        openRoom: async (user, party) => (await rooms.findOrCreate(user, party)).room,
        sendText: async (room, text) => botRooms?.sendText(room, text),
        joinAsBot: async (room) => botRooms?.join(room),
    };
}

/** What text messages are built with, if they are asked for. */
function messagePartsOf(
    { messages, homeserverUrl, registration }: MatrixOptions,
    { clock, log }: MatrixParts,
    send: SendRequest,
): { readonly messageParts?: MessageParts; readonly fileLinks: FileLinkServer | undefined } {
    if (messages === undefined) return { fileLinks: undefined };
    const media = new HomeserverMedia(homeserverUrl, registration.asToken);
    const { links } = messages;
    return {
        messageParts: {
            ...messages,
            homeserver: new ClientServerMessages(send),
            files: new InboundFiles(media, messages.files, log),
        },
        // the token is known to the bridge and the homeserver only
        fileLinks: links && new FileLinkServer(media, { ...links, secret: registration.asToken }, clock),
    };
}

/**
 * @param pings receives the transaction ID of each ping
 * @param resumed resolves when deliveries can be handled
 */
function handlersOf(
    { router, profiles, lookup, admission }: ConnectedHandlers,
    names: GhostNames,
    pings: Set<string | undefined>,
    resumed: Promise<unknown>,
    log: Log,
): AppServiceHandlers {
    return {
        onDelivery: async ({ events, ephemeral }) => {
            // events that an earlier run left come first
            await resumed;
            await router.onDelivery(events, ephemeral);
        },
        onPing: (transactionId) => void pings.add(transactionId),
        onError: (error) => log.error("request of the homeserver failed", { error }),
        onUserQuery: async (userId) => {
            const user = parseMatrixUserId(userId);
            const party = user === undefined ? undefined : names.partyOf(user);
            if (party === undefined || !(await admission.admitUnnamedRequest(party))) return false;
            await profiles.ensure(party);
            return true;
        },
        protocols: PSTN_PROTOCOLS,
        describeProtocol: () => PSTN_PROTOCOL_DESCRIPTION,
        findUser: lookup.findUser.bind(lookup),
        describeUser: lookup.describeUser.bind(lookup),
    };
}

function failToListen(listen: MatrixOptions["listen"]): (reason: unknown) => never {
    return (reason) => {
        throw notListening(listen, reason);
    };
}

function notListening({ host, port }: MatrixOptions["listen"], reason: unknown): HomeserverUnavailable {
    const why = reason instanceof Error ? reason.message : String(reason);
    const where = `cannot listen for the homeserver at ${host}:${port} (appservice.port): ${why}`;
    return new HomeserverUnavailable(where, { cause: reason });
}
