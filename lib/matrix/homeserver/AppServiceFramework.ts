import { setTimeout } from "node:timers/promises";
import {
    AppService,
    AppServiceRegistration,
    AppserviceHttpError,
    Bridge,
    Logger,
    MembershipCache,
    type BridgeController,
} from "matrix-appservice-bridge";
import type { HomeserverRequest } from "./HomeserverRequest.ts";
import { HomeserverError, NOT_RUNNING } from "./HomeserverError.ts";
import { readReply } from "./readReply.ts";
import type { Registration } from "./Registration.ts";
import type { ThirdPartyUser } from "../lookup/thirdPartyLookup.ts";

export interface FrameworkOptions {
    readonly homeserverUrl: string;
    readonly serverName: string;
    readonly registration: Registration;
}

/** Handles the homeserver's requests. No function may throw synchronously. */
export interface AppServiceHandlers {
    /** Whether an event has a handler; others are discarded. */
    readonly isOfInterest: (event: unknown) => boolean;
    /** An event with a handler. Must not wait. */
    readonly onEvent: (event: unknown) => void;
    /** A typing notification or read receipt with a handler. Must not wait. */
    readonly onEphemeral: (event: unknown) => void;
    /** Whether the user of our namespace exists; if so, they do once this resolves. */
    readonly onUserQuery: (userId: string) => Promise<boolean>;
    readonly protocols: readonly string[];
    readonly describeProtocol: () => ProtocolDescription;
    readonly findUser: (protocol: string, fields: Readonly<Record<string, unknown>>) => Promise<ThirdPartyUser[]>;
    readonly describeUser: (userId: string) => ThirdPartyUser[];
}

type Lookup = NonNullable<BridgeController["thirdPartyLookup"]>;
type ProtocolDescription = Awaited<ReturnType<NonNullable<Lookup["getProtocol"]>>>;

/** A transaction holds up to 100 events of 64 KiB; one that is refused as too large is sent again for ever. */
const MAX_TRANSACTION_BYTES = 16 * 1024 * 1024;
const STOP_TIMEOUT_MS = 5_000;

/**
 * The application service framework behind our types: the HTTP server to which the homeserver delivers, and the client
 * with which we ask it. All requests go through the bot's client, naming the user they are for (Application Service
 * API, "Identity assertion"): the framework's intents would add membership and power level requests to each event,
 * and keep caches for each ghost.
 */
export class AppServiceFramework {
    readonly #options: FrameworkOptions;
    #bridge: Bridge | undefined;

    constructor(options: FrameworkOptions) {
        this.#options = options;
        // its log lines hold tokens and numbers; what goes wrong comes back as an error, and we log that
        Logger.configure({ console: "off" });
    }

    /** Listens for the homeserver. Rejects with the system's error if the address cannot be used. */
    async start(listen: { readonly host: string; readonly port: number }, handlers: AppServiceHandlers): Promise<void> {
        const { homeserverUrl, serverName, registration } = this.#options;
        const bridge = new Bridge({
            homeserverUrl: homeserverUrl.replace(/\/$/, ""),
            domain: serverName,
            registration: AppServiceRegistration.fromObject({
                id: registration.id,
                url: registration.url,
                as_token: registration.asToken,
                hs_token: registration.hsToken,
                sender_localpart: registration.senderLocalpart,
            }),
            controller: controllerOf(handlers),
            disableStores: true,
            disableContext: true,
            // the gateway tells echoes apart; it wants to hear of our own members
            suppressEcho: false,
            logRequestOutcome: false,
            membershipCache: new NoMembershipCache(),
            queue: { type: "none" },
            // would fetch the parent of every edit
            eventValidation: {},
        });
        const appService = new FilteredAppService(
            { homeserverToken: registration.hsToken, httpMaxSizeBytes: MAX_TRANSACTION_BYTES },
            handlers,
        );
        await bridge.run(listen.port, appService, listen.host);
        this.#bridge = bridge;
        // MSC2659, the bridge's half; the framework leaves it out
        bridge.addAppServicePath({
            method: "POST",
            path: "/_matrix/app/v1/ping",
            handler: (_request, response) => void response.status(200).json({}),
        });
    }

    /** Sends a request once, as the type `AskHomeserver` says. Only while started. */
    async send({ method, path, as, query, body, timeoutMs }: HomeserverRequest): Promise<unknown> {
        if (this.#bridge === undefined)
            throw new HomeserverError("the Matrix side does not run", { errcode: NOT_RUNNING });
        const client = this.#bridge.getIntent().matrixClient;
        const parameters = { ...query, ...(as === undefined ? {} : { user_id: as }) };
        try {
            const reply: unknown = await client.doRequest(method, path, parameters, body, timeoutMs);
            return reply;
        } catch (reason) {
            throw new HomeserverError(...readReply(reason));
        }
    }

    /** Stops listening; requests under way are given a moment. Safe to call twice. */
    async stop(): Promise<void> {
        const bridge = this.#bridge;
        this.#bridge = undefined;
        if (bridge === undefined) return;
        await Promise.race([bridge.close(), setTimeout(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    }
}

function controllerOf(handlers: AppServiceHandlers): BridgeController {
    return {
        onEvent: (request) => {
            handlers.onEvent(request.getData());
            request.resolve(undefined);
        },
        onUserQuery: async (user) => {
            if (await handlers.onUserQuery(user.getId())) return null;
            throw new AppserviceHttpError({ errcode: "M_NOT_FOUND", error: "No such user" }, 404);
        },
        // no aliases are in our namespace; null is no room
        onAliasQuery: () => null,
        thirdPartyLookup: {
            protocols: [...handlers.protocols],
            getProtocol: () => handlers.describeProtocol(),
            getUser: (protocol, fields) => handlers.findUser(protocol, fields),
            parseUser: (userId) => handlers.describeUser(userId) as unknown as Awaited<ReturnType<ParseUser>>,
            getLocation: () => [],
            parseLocation: () => [],
        },
    };
}

/** Declared by the framework to return locations; what it sends is what it is given. */
type ParseUser = NonNullable<Lookup["parseUser"]>;

type Interest = Pick<AppServiceHandlers, "isOfInterest" | "onEphemeral">;

/**
 * Emits only events that have a handler. If the registration covers the local users, the homeserver sends every event of
 * their rooms, and the framework keeps some of them without a limit.
 */
class FilteredAppService extends AppService {
    readonly #interest: Interest;

    constructor(config: ConstructorParameters<typeof AppService>[0], interest: Interest) {
        super(config);
        this.#interest = interest;
    }

    override emit(name: string, ...values: unknown[]): boolean {
        if (name === "event" && !this.#interest.isOfInterest(values[0])) return false;
        if (name === "ephemeral" && this.#interest.isOfInterest(values[0])) this.#interest.onEphemeral(values[0]);
        if (name.startsWith("type:") || name.startsWith("ephemeral") || name === "http-log") return false;
        return super.emit(name, ...values);
    }
}

/** The framework's own cache keeps every member of every room it hears of, without bound; `DirectRooms` keeps what calls need. */
class NoMembershipCache extends MembershipCache {
    override setMemberEntry(): void {
        // forgotten on purpose
    }
}
