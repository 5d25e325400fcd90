import type { NgAddress, NgSocket } from "../../lib/media/NgSocket.ts";

/** A request as it arrived: `cookie`, and the dictionary with its `command`. */
export interface NgArrival {
    readonly cookie: string;
    readonly body: Readonly<Record<string, unknown>>;
}

/** What comes back: the reply's dictionary, or nothing at all. */
export type NgScript = (body: NgArrival["body"]) => Readonly<Record<string, unknown>> | "silence";

/** Engines that answer as scripted, each by its host; datagrams arrive immediately and in order. */
export class ScriptedNg {
    /** Every datagram that arrived anywhere. */
    readonly arrivals: (NgArrival & { readonly host: string })[] = [];
    closed = 0;
    readonly #scripts = new Map<string, NgScript>();
    #reply: (datagram: Uint8Array) => void = () => undefined;

    /** From now on, the engine at `host` answers like this. */
    script(host: string, script: NgScript): void {
        this.#scripts.set(host, script);
    }

    readonly open = ({ host }: NgAddress, receive: (datagram: Uint8Array) => void): NgSocket => {
        this.#reply = receive;
        return {
            send: (datagram) => {
                const [cookie = "", json = ""] = splitOnce(Buffer.from(datagram).toString());
                const body = JSON.parse(json) as NgArrival["body"];
                this.arrivals.push({ host, cookie, body });
                const reply = this.#scripts.get(host)?.(body) ?? "silence";
                if (reply !== "silence") receive(Buffer.from(`${cookie} ${JSON.stringify(reply)}`));
            },
            close: () => void (this.closed += 1),
        };
    };

    /** Delivers a datagram to the socket that was opened last. */
    inject(datagram: string): void {
        this.#reply(Buffer.from(datagram));
    }

    commands(host?: string): readonly unknown[] {
        return this.arrivals.filter((it) => host === undefined || it.host === host).map(({ body }) => body["command"]);
    }
}

function splitOnce(text: string): readonly string[] {
    const space = text.indexOf(" ");
    return [text.slice(0, space), text.slice(space + 1)];
}
