import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeRunDirectory } from "../labFolder.ts";
import { loopback } from "./freePort.ts";
import { Kamailio } from "./Kamailio.ts";
import type { Stoppable } from "./LabProcess.ts";

/** Tables of Kamailio's text database, from its Debian package. */
const tables = "/usr/share/kamailio/dbtext/kamailio";

/** A Kamailio that stores messages and forwards them later, between a carrier's network and the bridge. */
export class MessageServer implements Stoppable {
    readonly #server: Kamailio;

    private constructor(server: Kamailio) {
        this.#server = server;
    }

    /** @param port its own @param bridgePort of the bridge's UDP socket @param phonePort where messages of the bridge go */
    static async start(port: number, bridgePort: number, phonePort: number): Promise<MessageServer> {
        const directory = makeRunDirectory("silo");
        copyFileSync(join(tables, "version"), join(directory, "version"));
        // msilo leaves the last two columns out
        const silo = readFileSync(join(tables, "silo"), "utf8");
        writeFileSync(
            join(directory, "silo"),
            silo.replace("callid(string) status(int)", "callid(string,null) status(int,null)"),
        );
        const server = await Kamailio.start({
            role: "messages",
            at: { address: loopback, port },
            define: {
                BRIDGE: `sip:${loopback}:${bridgePort}`,
                BRIDGE_PORT: String(bridgePort),
                PHONE: `sip:${loopback}:${phonePort}`,
                DATABASE: `text://${directory}`,
            },
        });
        return new MessageServer(server);
    }

    get port(): number {
        return this.#server.port;
    }

    stop(): Promise<void> {
        return this.#server.stop();
    }
}
