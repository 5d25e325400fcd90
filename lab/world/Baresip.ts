import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toneAtEnd } from "../audio/wav.ts";
import { type Picture, readPicture } from "../picture/pattern.ts";
import { readPng } from "../picture/png.ts";
import { seesPattern } from "../picture/seesPattern.ts";
import { baresip } from "../install/debianPackages.ts";
import { makeRunDirectory } from "../labFolder.ts";
import { BaresipControl } from "./BaresipControl.ts";
import { portIsBound } from "./boundPort.ts";
import { freePort, loopback, mediaPortRange } from "./freePort.ts";
import { LabProcess } from "./LabProcess.ts";
import { until } from "./until.ts";
import type { BaresipEvent } from "./BaresipControl.ts";
import type { Stoppable } from "./LabProcess.ts";

export interface BaresipOptions {
    /** The tone it plays, in Hz. */
    readonly toneHz: number;
    readonly port?: number;
    /** The only address it uses for SIP and RTP; default: 127.0.0.1. */
    readonly address?: "127.0.0.1" | "::1";
    /** Its address of record, such as `sip:dora@ims.example`, which it registers; its own socket if not given. */
    readonly account?: string;
    /** It has a camera that shows three bars, red, green and blue, and VP8. */
    readonly camera?: "bars";
    /** Parameters of its account, as in `;outbound="sip:127.0.0.1:5060"`. */
    readonly accountParameters?: string;
    /**
     * PEM of its certificate and key: it then signals over TLS, also on the port above its own, and talks SRTP or not at
     * all (SDES). This release does not verify whom it connects to.
     */
    readonly tls?: { readonly certificate: string; readonly key: string };
    /** The SIP URI that `write` writes to. */
    readonly contact?: string;
    /** Whether it subscribes to the state of its mailbox (RFC 3842). */
    readonly mailbox?: "subscribed";
}

const video = [
    "video_source fakevideo,nil",
    "video_display fakevideo,nil",
    "video_size 320x240",
    "video_bitrate 300000",
    "video_fps 15",
    "module vp8.so",
    "module fakevideo.so",
    "module snapshot.so",
];
const certificateFile = "certificate.pem";
const defaultTimeoutMs = 15_000;

/** Debian's baresip as a phone: a foreign SIP stack, controlled through its menu commands. */
export class Baresip implements Stoppable {
    readonly port: number;
    readonly directory: string;
    readonly #process: LabProcess;
    readonly #control: BaresipControl;
    #pictures = 0;

    private constructor(port: number, directory: string, running: LabProcess, control: BaresipControl) {
        this.port = port;
        this.directory = directory;
        this.#process = running;
        this.#control = control;
    }

    /** Where it is called over TLS. */
    get tlsPort(): number {
        return this.port + 1;
    }

    /** Starts the phone; resolves once it can call and be called as `sip:phone@127.0.0.1:<port>`. */
    static async start(options: BaresipOptions): Promise<Baresip> {
        const directory = makeRunDirectory("baresip");
        const port = options.port ?? (await freePortPair());
        const controlPort = await freePort();
        if (options.tls !== undefined) {
            writeFileSync(join(directory, certificateFile), options.tls.certificate + options.tls.key);
        }
        writeFileSync(join(directory, "config"), configText(options, directory, port, controlPort));
        const account = options.account ?? `sip:phone@${hostOf(options)}:${port}`;
        const registerEverySeconds = options.account === undefined ? 0 : 600;
        const security = options.tls === undefined ? "" : ";transport=tls;mediaenc=srtp-mand";
        const mailbox = options.mailbox === undefined ? "" : ";mwi=yes";
        const parameters = `;regint=${registerEverySeconds};answermode=manual${security}${mailbox}${options.accountParameters ?? ""}`;
        writeFileSync(join(directory, "accounts"), `<${account}>${parameters}\n`);
        if (options.contact !== undefined) {
            writeFileSync(join(directory, "contacts"), `"Contact" <${options.contact}>\n`);
        }
        const running = LabProcess.start({
            name: "baresip",
            command: baresip.provides,
            // it prints messages only to a terminal, but requests that it receives to its output as well
            args: ["-f", directory, ...(options.contact === undefined ? [] : ["-s"])],
            directory,
        });
        await running.ready(() => portIsBound("tcp", controlPort), 10_000);
        return new Baresip(port, directory, running, await BaresipControl.connect(controlPort));
    }

    /**
     * Resolves once its account is registered. Baresip registers before a client can connect for its events, so
     * this reads its output. @throws Error with the refusal.
     */
    async isRegistered(timeoutMs = defaultTimeoutMs): Promise<void> {
        const probe = (): true | undefined => {
            const refusal = /reg: .*$/m.exec(this.#process.log())?.[0];
            if (refusal !== undefined) throw new Error(`baresip is not registered: ${refusal}`);
            return / 200 OK .*\[\d+ binding/.test(this.#process.log()) ? true : undefined;
        };
        await until(probe, { what: "baresip to be registered", timeoutMs });
    }

    /** Sends a text message to its contact. */
    write(text: string): void {
        this.#control.command("contact_next");
        this.#control.command("message", text);
    }

    /** Resolves once it has received a text message that contains `text`. @throws Error after 15 s. */
    async reads(text: string): Promise<void> {
        const received = `\r\n\r\n${text}`;
        const probe = (): true | undefined => (this.#process.log().includes(received) ? true : undefined);
        await until(probe, { what: `baresip to read ${text}`, timeoutMs: defaultTimeoutMs });
    }

    /** Resolves once it is notified whether messages wait in its mailbox. @throws Error after 15 s. */
    async seesMailbox(waiting: "yes" | "no"): Promise<void> {
        const notified = `Messages-Waiting: ${waiting}`;
        const probe = (): true | undefined => (this.#process.log().includes(notified) ? true : undefined);
        await until(probe, { what: `baresip to see ${notified}`, timeoutMs: defaultTimeoutMs });
    }

    dial(uri: string): void {
        this.#removeRecordings();
        this.#control.command("dial", uri);
    }

    answer(): void {
        this.#removeRecordings();
        this.#control.command("accept");
    }

    /** Holds or resumes its call with its own function: a re-INVITE. */
    setHeld(held: boolean): void {
        this.#control.command(held ? "hold" : "resume");
    }

    /** The keys that the other party has pressed so far, in its latest call and before. */
    heardDigits(): string {
        const keys = this.events().filter(({ type, param }) => type === "CALL_DTMF_START" && param !== "");
        return keys.map(({ param }) => param).join("");
    }

    /** Transfers its call with its own function: a REFER. */
    transfer(uri: string): void {
        this.#control.command("transfer", uri);
    }

    /** Turns its video on or off in a call, by the direction of the stream: a re-INVITE. */
    setVideo(direction: "sendrecv" | "inactive"): void {
        this.#control.command("video_dir", direction);
    }

    hangUp(): void {
        this.#control.command("hangup");
    }

    /** All events so far, oldest first. */
    events(): readonly BaresipEvent[] {
        return this.#control.events;
    }

    /**
     * Resolves to the first event of a type, such as CALL_INCOMING.
     * @param options.after how many of the events, from the oldest on, do not count
     * @throws Error after `timeoutMs`.
     */
    awaitEvent(
        type: string,
        { timeoutMs = defaultTimeoutMs, after = 0 }: { readonly timeoutMs?: number; readonly after?: number } = {},
    ): Promise<BaresipEvent> {
        const wait = { what: `baresip to tell ${type}`, timeoutMs };
        return until(
            () =>
                this.events()
                    .slice(after)
                    .find((event) => event.type === type),
            wait,
        );
    }

    /** The frequency of the last half second of sound that arrived in its latest call, in Hz; null if less or silent. */
    heardHz(): number | null {
        const [recording] = this.#recordings();
        return recording === undefined ? null : toneAtEnd(join(this.directory, recording));
    }

    /** Resolves to the frequency once it is within 10 Hz of `hz`. @throws Error after `timeoutMs`. */
    async hears(hz: number, timeoutMs = defaultTimeoutMs): Promise<number> {
        const wait = { what: `baresip to hear ${hz} Hz`, timeoutMs, everyMs: 100 };
        return until(() => {
            const heard = this.heardHz();
            return heard !== null && Math.abs(heard - hz) <= 10 ? heard : undefined;
        }, wait);
    }

    /**
     * Resolves once its own statistics show media in the given directions. Its recording can end when the session of a call
     * changes, so that a tone cannot be measured afterwards. @throws Error after 15 s.
     */
    async awaitMedia(expected: { readonly sent: boolean; readonly received: boolean }): Promise<void> {
        const probe = (): true | undefined => {
            const rates = [...this.#process.log().matchAll(/audio=(\d+)\/(\d+) \(bit\/s\)/g)].at(-1);
            const [, sent = "0", received = "0"] = rates ?? [];
            const isAsExpected = Number(sent) > 0 === expected.sent && Number(received) > 0 === expected.received;
            return isAsExpected ? true : undefined;
        };
        await until(probe, { what: `media ${JSON.stringify(expected)}`, timeoutMs: defaultTimeoutMs, everyMs: 100 });
    }

    /** Resolves once the picture that arrives has these colours. @throws Error after `timeoutMs`. */
    async sees(colours: Picture["colours"], timeoutMs = defaultTimeoutMs): Promise<void> {
        await seesPattern("the picture at baresip", () => this.#look(), colours, timeoutMs);
    }

    async stop(): Promise<void> {
        this.#control.close();
        await this.#process.stop(1_000);
    }

    /** Has it save the next picture that arrives; null if none does. */
    async #look(): Promise<Picture | null> {
        this.#pictures += 1;
        const path = join(this.directory, `picture${this.#pictures}`);
        this.#control.command("snapshot_recv", path);
        const saved = await until(() => this.#saved(path), { what: "a picture", timeoutMs: 2_000, everyMs: 50 }).catch(
            () => undefined,
        );
        return saved === undefined ? null : readPicture(readPng(saved));
    }

    /** The file of a picture once it is complete. */
    #saved(path: string): string | undefined {
        const isWritten = this.#process.log().includes(`png: wrote ${path}`);
        const file = readdirSync(this.directory).find((name) => join(this.directory, name).startsWith(path));
        return isWritten && file !== undefined ? join(this.directory, file) : undefined;
    }

    /** Those of earlier calls: their names are seconds, so that the next call may be recorded under the same one. */
    #removeRecordings(): void {
        for (const file of this.#recordings()) rmSync(join(this.directory, file));
    }

    #recordings(): readonly string[] {
        return readdirSync(this.directory).filter((file) => file.endsWith("-dec.wav"));
    }
}

/** Baresip also listens for TLS, on the port above the one it is given. */
async function freePortPair(): Promise<number> {
    for (;;) {
        const port = await freePort();
        if ((await freePort()) === port + 1) return port;
    }
}

/** As it stands in URIs. */
function hostOf({ address = loopback }: BaresipOptions): string {
    return address.includes(":") ? `[${address}]` : address;
}

function configText(options: BaresipOptions, directory: string, port: number, controlPort: number): string {
    const media = mediaPortRange();
    return [
        "module_path /usr/lib/baresip/modules",
        `sip_listen ${hostOf(options)}:${port}`,
        `net_interface ${options.address ?? loopback}`,
        ...(options.address === "::1" ? ["net_af ipv6", "prefer_ipv6 yes"] : []),
        `rtp_ports ${media.first}-${media.last}`,
        // The module ausine makes only this format.
        `audio_source ausine,${options.toneHz}`,
        "ausrc_srate 48000",
        "ausrc_channels 2",
        // A loudspeaker that needs no sound card; what arrives is recorded by the module sndfile.
        "audio_player aubridge,loudspeaker",
        "audio_alert aubridge,bell",
        "auplay_srate 48000",
        `snd_path ${directory}`,
        `ctrl_tcp_listen ${loopback}:${controlPort}`,
        ...["g711.so", "ausine.so", "aubridge.so", "sndfile.so"].map((module) => `module ${module}`),
        ...(options.tls === undefined ? [] : ["module srtp.so", `sip_certificate ${join(directory, certificateFile)}`]),
        ...(options.contact === undefined ? [] : ["module_app contact.so"]),
        ...(options.mailbox === undefined ? [] : ["module_app mwi.so"]),
        ...(options.camera === undefined ? [] : video),
        ...["account.so", "menu.so", "ctrl_tcp.so"].map((module) => `module_app ${module}`),
        "",
    ].join("\n");
}
