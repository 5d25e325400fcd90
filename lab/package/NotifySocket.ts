import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync } from "node:fs";
import { until } from "../world/until.ts";

/** Prints each datagram that arrives at a socket in the file system, which Node cannot listen at. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    data, ancillary, flags, sender = s.recvmsg(4096, 64)
    print(data.decode(), flush=True)
`;

/** The socket at which systemd receives the notifications of a service (sd_notify(3)). */
export class NotifySocket {
    readonly #listener: ChildProcess;
    #received = "";

    private constructor(listener: ChildProcess) {
        this.#listener = listener;
        listener.stdout?.setEncoding("utf8").on("data", (text: string) => {
            this.#received += text;
        });
    }

    /** Creates the socket, open to every user; resolves when it receives. */
    static async open(path: string): Promise<NotifySocket> {
        const listener = spawn("python3", ["-c", LISTENER, path], { stdio: ["ignore", "pipe", "inherit"] });
        await once(listener, "spawn");
        await until(() => (existsSync(path) ? true : undefined), { what: "the socket", timeoutMs: 10_000 });
        chmodSync(path, 0o666);
        return new NotifySocket(listener);
    }

    /** Everything received so far. */
    received(): string {
        return this.#received;
    }

    close(): void {
        this.#listener.kill();
    }
}
