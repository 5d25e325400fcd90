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
import type { RequestListener, ServerResponse } from "node:http";
import { AppServiceServer, type Delivery } from "./AppServiceServer.ts";
import type { HomeserverRequest } from "./HomeserverRequest.ts";
import { HomeserverError, NOT_RUNNING } from "./HomeserverError.ts";
import { HomeserverHttp } from "./HomeserverHttp.ts";
import type { Registration } from "./Registration.ts";
import type { ThirdPartyUser } from "../lookup/thirdPartyLookup.ts";

export interface FrameworkOptions {
    readonly homeserverUrl: string;
    readonly serverName: string;
    readonly registration: Registration;
}

/** Handles the homeserver's requests. No function may throw synchronously. */
export interface AppServiceHandlers {
    /** Called for each delivery of events. The homeserver repeats the delivery if this rejects. */
    readonly onDelivery: (delivery: Delivery) => Promise<void>;
    /** Called for each ping with its transaction ID, if it has one. */
    readonly onPing: (transactionId: string | undefined) => void;
    /** Called with an unexpected error of a request. */
    readonly onError: (error: unknown) => void;
    /** Whether a user in the ghosts' namespace exists. If so, they exist once this resolves. */
    readonly onUserQuery: (userId: string) => Promise<boolean>;
    readonly protocols: readonly string[];
    readonly describeProtocol: () => ProtocolDescription;
    readonly findUser: (protocol: string, fields: Readonly<Record<string, unknown>>) => Promise<ThirdPartyUser[]>;
    readonly describeUser: (userId: string) => ThirdPartyUser[];
}

type Lookup = NonNullable<BridgeController["thirdPartyLookup"]>;
type ProtocolDescription = Awaited<ReturnType<NonNullable<Lookup["getProtocol"]>>>;

const STOP_TIMEOUT_MS = 5_000;

/**
 * The application service framework behind our types. It answers user queries and third-party lookups. `AppServiceServer` is
 * in front of its HTTP server and receives the deliveries, and `HomeserverHttp` sends the requests, which name the user
 * they are for (Application Service API, "Identity assertion"): the framework's intents would send membership and power
 * level requests before each event, and keep caches per ghost.
 */
export class AppServiceFramework {
    readonly #options: FrameworkOptions;
    readonly #http: HomeserverHttp;
    /** `waiting`: requests wait for the start. */
    #state:
        | { readonly phase: "waiting"; readonly started: PromiseWithResolvers<void> }
        | { readonly phase: "running"; readonly bridge: Bridge }
        | { readonly phase: "stopped" } = { phase: "waiting", started: Promise.withResolvers() };

    constructor(options: FrameworkOptions) {
        this.#options = options;
        const { homeserverUrl, registration } = options;
        this.#http = new HomeserverHttp({ homeserverUrl, asToken: registration.asToken });
        // its log lines contain tokens and numbers; failures are returned as errors, which the bridge logs
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
            logRequestOutcome: false,
            membershipCache: new NoMembershipCache(),
            queue: { type: "none" },
            // would fetch the parent of every edit
            eventValidation: {},
        });
        const appService = new GuardedAppService(registration.hsToken, handlers);
        await bridge.run(listen.port, appService, listen.host);
        if (this.#state.phase === "waiting") this.#state.started.resolve();
        this.#state = { phase: "running", bridge };
        answerInJson(appService.expressApp);
    }

    /** Sends a request once, as the type `SendRequest` says. Before `start` it waits for that. */
    async send(request: HomeserverRequest): Promise<unknown> {
        await this.#running();
        return await this.#http.send(request);
    }

    /** Stops listening and waits a short time for requests in progress. Can be called twice. */
    async stop(): Promise<void> {
        const before = this.#state;
        this.#state = { phase: "stopped" };
        if (before.phase === "waiting") {
            before.started.promise.catch(() => undefined);
            before.started.reject(notRunning());
        }
        if (before.phase !== "running") return;
        const closing = Promise.all([before.bridge.close(), this.#http.close()]);
        await Promise.race([closing, setTimeout(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    }

    async #running(): Promise<void> {
        if (this.#state.phase === "waiting") await this.#state.started.promise;
        if (this.#state.phase === "stopped") throw notRunning();
    }
}

function notRunning(): HomeserverError {
    return new HomeserverError("the Matrix side is not running", { errcode: NOT_RUNNING });
}

function controllerOf(handlers: AppServiceHandlers): BridgeController {
    return {
        // deliveries do not pass through the framework
        onEvent: (request) => request.resolve(undefined),
        onUserQuery: async (user) => {
            if (await handlers.onUserQuery(user.getId())) return null;
            throw new AppserviceHttpError({ errcode: "M_NOT_FOUND", error: "No such user" }, 404);
        },
        // the registration has no namespace for aliases
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

/** The framework declares that it returns locations, but it sends every value unchanged. */
type ParseUser = NonNullable<Lookup["parseUser"]>;

/** Puts `AppServiceServer` in front of the framework's HTTP handler, which would read bodies before it checks the token. */
class GuardedAppService extends AppService {
    readonly #server: AppServiceServer;

    constructor(hsToken: string, { onDelivery, onPing, onError }: AppServiceHandlers) {
        super({ homeserverToken: hsToken });
        const otherRequests: RequestListener = (request, response) => void this.expressApp(request, response);
        this.#server = new AppServiceServer({ hsToken, onDelivery, onPing, onError, otherRequests });
    }

    override async listen(port: number, hostname?: string): Promise<void> {
        await this.#server.listen(port, hostname);
    }

    override async close(): Promise<void> {
        await this.#server.close();
    }
}

/** Replaces the last two handlers of Express, which answer with HTML, and with a stack trace in it. */
function answerInJson(app: AppService["expressApp"]): void {
    app.use((_request, response) => {
        response.status(404).json({ errcode: "M_UNRECOGNIZED", error: "No such endpoint" });
    });
    // Express recognises an error handler by its four parameters
    app.use((error: unknown, _request: unknown, response: ServerResponse, next: (error: unknown) => void) => {
        if (response.headersSent) next(error);
        else replyWithError(response, error);
    });
}

function replyWithError(response: ServerResponse, error: unknown): void {
    const stated = typeof error === "object" && error !== null && "status" in error ? error.status : undefined;
    const status = typeof stated === "number" && stated >= 400 && stated < 500 ? stated : 500;
    const errcode = status === 500 ? "M_UNKNOWN" : "M_BAD_JSON";
    response
        .writeHead(status, { "Content-Type": "application/json" })
        .end(JSON.stringify({ errcode, error: "Bad request" }));
}

/** The framework's own cache keeps every member of every room without a limit. `DirectRooms` caches what calls need. */
class NoMembershipCache extends MembershipCache {
    override setMemberEntry(): void {
        // nothing is stored
    }
}
