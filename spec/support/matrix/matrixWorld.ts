import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { freePort, loopback } from "../../../lab/world/freePort.ts";
import { makeRunDirectory } from "../../../lab/labFolder.ts";
import { Synapse } from "../../../lab/world/Synapse.ts";
import type { Registration } from "../../../lib/matrix/homeserver/Registration.ts";

/** The name of the homeserver in all specs with a real one. */
export const SERVER = "matrix.example";
export const GHOST_PREFIX = "sip_";

export interface RegistrationFile {
    readonly registration: Registration;
    readonly path: string;
    readonly port: number;
}

export interface RegistrationChoices {
    readonly id?: string;
    readonly ghostPrefix?: string;
    /** Localparts, as a regular expression, of the local users that the bridge can act as. All by default. */
    readonly localUsers?: string;
}

/** Writes a registration for a bridge at a free port of this machine. */
export async function writeRegistrationFile(choices: RegistrationChoices = {}): Promise<RegistrationFile> {
    const { id = "bridge-under-test", ghostPrefix = GHOST_PREFIX, localUsers = ".*" } = choices;
    const port = await freePort();
    const registration = {
        id,
        url: `http://${loopback}:${port}`,
        asToken: randomBytes(16).toString("hex"),
        hsToken: randomBytes(16).toString("hex"),
        senderLocalpart: `${id}-bot`,
    };
    const path = join(makeRunDirectory("registration"), "registration.yaml");
    writeFileSync(path, JSON.stringify(registrationContent(registration, ghostPrefix, localUsers)));
    return { registration, path, port };
}

/** The registration in the homeserver's words. */
function registrationContent(registration: Registration, ghostPrefix: string, localUsers: string): unknown {
    const server = SERVER.replaceAll(".", "\\.");
    return {
        id: registration.id,
        url: registration.url,
        as_token: registration.asToken,
        hs_token: registration.hsToken,
        sender_localpart: registration.senderLocalpart,
        rate_limited: false,
        protocols: ["m.protocol.pstn", "im.vector.protocol.pstn"],
        namespaces: {
            users: [
                { exclusive: true, regex: `^@${ghostPrefix}.*:${server}$` },
                { exclusive: false, regex: `^@${localUsers}:${server}$` },
            ],
            aliases: [],
            rooms: [],
        },
    };
}

export async function startSynapse(files: readonly RegistrationFile[]): Promise<Synapse> {
    return await Synapse.start({ serverName: SERVER, registrations: files.map(({ path }) => path) });
}

/** Requests on their way to a homeserver, as `PUT send m.call.invite`, in order. */
export interface CountingProxy {
    readonly url: string;
    readonly requests: string[];
    close(): Promise<void>;
}

/** Stands between the bridge and its homeserver, and writes down what is asked. */
export async function startCountingProxy(homeserverUrl: string): Promise<CountingProxy> {
    const requests: string[] = [];
    const server = createServer((incoming, response) => {
        const url = new URL(incoming.url ?? "/", homeserverUrl);
        requests.push(`${incoming.method ?? ""} ${shortened(url.pathname)}`);
        // a connection each: one that is kept may be closed by Synapse at the moment of its use
        const { method = "GET", headers } = incoming;
        const outgoing = request(
            url,
            { method, headers: { ...headers, connection: "close" }, agent: false },
            (reply) => {
                response.writeHead(reply.statusCode ?? 502, reply.headers);
                reply.pipe(response);
            },
        );
        outgoing.on("error", () => response.destroy());
        incoming.pipe(outgoing);
    });
    server.listen(0, loopback);
    await once(server, "listening");
    return {
        url: `http://${loopback}:${(server.address() as AddressInfo).port}`,
        requests,
        close: async () => {
            server.closeAllConnections();
            server.close();
            await once(server, "close");
        },
    };
}

/** `/_matrix/client/v3/rooms/!x/send/m.call.invite/7` is `send m.call.invite`. */
function shortened(path: string): string {
    const parts = path.split("/").slice(4).map(decodeURIComponent);
    if (parts[0] !== "rooms") return parts.filter((part) => !/^[@!]/.test(part)).join(" ");
    const [, , verb = "", type = ""] = parts;
    return type === "" ? verb : `${verb} ${type}`;
}
