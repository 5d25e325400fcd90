import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toneAtEnd, writeToneWav } from "../audio/wav.ts";
import { linphone } from "../install/debianPackages.ts";
import { makeRunDirectory } from "../labFolder.ts";
import { portIsBound } from "./boundPort.ts";
import { freePort, loopback, mediaPortRange } from "./freePort.ts";
import { LabProcess } from "./LabProcess.ts";
import { until } from "./until.ts";
import type { Stoppable } from "./LabProcess.ts";

export interface LinphoneOptions {
    /** The tone it plays, in Hz. */
    readonly toneHz: number;
    /** The only codec it offers and takes. */
    readonly codec: keyof typeof codecs;
    /** Where it registers, and as whom; nowhere if not given. */
    readonly account?: LinphoneAccount;
    /**
     * PEM of the CA certificate it trusts: it then connects over TLS (for `;transport=tls`), to servers it could verify, and
     * talks SRTP or not at all (SDES).
     */
    readonly tls?: { readonly ca: string };
}

export interface LinphoneAccount {
    /** Its address of record, such as `sip:200@pbx.example`. */
    readonly address: string;
    readonly password: string;
    /** A SIP URI, such as `sip:127.0.0.1:5060;transport=tcp`. It carries its calls as well. */
    readonly registrar: string;
}

/** Its codecs that are on unless told otherwise, and how fast it records what comes by them. */
const codecs = {
    opus: { mime: "opus", rate: 48_000, channels: 2 },
    speex: { mime: "speex", rate: 16_000, channels: 1 },
    narrowSpeex: { mime: "speex", rate: 8_000, channels: 1 },
    PCMU: { mime: "PCMU", rate: 8_000, channels: 1 },
    PCMA: { mime: "PCMA", rate: 8_000, channels: 1 },
    G729: { mime: "G729", rate: 8_000, channels: 1 },
} as const;

const defaultTimeoutMs = 15_000;
/** Longer than the calls of any spec. */
const toneSeconds = 60;

/**
 * Debian's linphonec, the console client of Linphone: a foreign SIP stack (belle-sip) and RTP stack (mediastreamer).
 * It reads commands from its standard input, plays a file instead of a microphone and records what it receives.
 */
export class Linphone implements Stoppable {
    readonly port: number;
    readonly #process: LabProcess;
    readonly #directory: string;
    readonly #recordedRate: number;
    #recording = "";
    #calls = 0;
    /** Length of its output before its current call. */
    #toldBefore = 0;

    private constructor(port: number, running: LabProcess, directory: string, recordedRate: number) {
        this.port = port;
        this.#recordedRate = recordedRate;
        this.#process = running;
        this.#directory = directory;
        this.#awaitAnotherCall();
    }

    /** Starts the phone; resolves once it can call and be called as `sip:phone@127.0.0.1:<port>`. */
    static async start(options: LinphoneOptions): Promise<Linphone> {
        const directory = makeRunDirectory("linphone");
        const [port, tlsPort] = [await freePort(), await freePort()];
        // It keeps databases there, and complains if it cannot.
        mkdirSync(join(directory, ".local", "share", "linphone"), { recursive: true });
        const configFile = join(directory, "linphonerc");
        const authorityFile = join(directory, "authority.pem");
        if (options.tls !== undefined) writeFileSync(authorityFile, options.tls.ca);
        writeFileSync(configFile, configText({ port, tlsPort }, options, authorityFile));
        const tone = join(directory, "tone.wav");
        writeToneWav(tone, options.toneHz, toneSeconds);
        const running = LabProcess.start({
            name: "linphonec",
            command: linphone.provides,
            args: ["-c", configFile],
            directory,
            env: { HOME: directory },
            takesOrders: true,
        });
        await running.ready(() => portIsBound("udp", port, loopback), 10_000);
        running.order("soundcard use files");
        running.order(`play ${tone}`);
        return new Linphone(port, running, directory, codecs[options.codec].rate);
    }

    /** Sends a text message. */
    write(uri: string, text: string): void {
        this.#process.order(`chat ${uri} ${text}`);
    }

    /** Resolves once it has received a text message that contains `text`. */
    async reads(text: string, timeoutMs = defaultTimeoutMs): Promise<void> {
        const probe = (): true | undefined => (this.#process.log().includes(text) ? true : undefined);
        await until(probe, { what: `linphone to read ${text}`, timeoutMs });
    }

    /** Resolves once its account is registered. */
    async isRegistered(timeoutMs = defaultTimeoutMs): Promise<void> {
        const probe = (): true | undefined => {
            this.#process.order("status register");
            return this.#process.log().includes("registered, identity=") ? true : undefined;
        };
        await until(probe, { what: "linphone to be registered", timeoutMs, everyMs: 100 });
    }

    dial(uri: string): void {
        this.#process.order(`call ${uri}`);
    }

    /** Resolves once it is called, to who it says is calling. */
    async isCalled(timeoutMs = defaultTimeoutMs): Promise<string> {
        const [, caller = ""] = await this.#tells(/Receiving new incoming call from (.*), assigned id/, timeoutMs);
        return caller;
    }

    /** Resolves once the other side rings. */
    async isRinging(timeoutMs = defaultTimeoutMs): Promise<void> {
        await this.#tells(/Call \d+ to .* ringing\./, timeoutMs);
    }

    answer(): void {
        this.#process.order("answer");
    }

    /** Holds its call: a re-INVITE. It places no other call before. */
    hold(): void {
        this.#process.order("pause");
    }

    /** Transfers its call with its own function: a REFER. */
    transfer(uri: string): void {
        this.#process.order(`transfer ${uri}`);
    }

    /** Connects the parties of two of its calls, counted from 1, with its own function: a REFER with Replaces. */
    transferToCall(call: number, target: number): void {
        this.#process.order(`transfer ${call} --to-call ${target}`);
    }

    hangUp(): void {
        this.#process.order("terminate");
    }

    /** Resolves once sound may flow. */
    async isConnected(timeoutMs = defaultTimeoutMs): Promise<void> {
        await this.#tells(/Media streams established/, timeoutMs);
    }

    /** Resolves once its call is over; the next one is another. */
    async isOver(timeoutMs = defaultTimeoutMs): Promise<void> {
        await this.#tells(/Call \d+ .* (ended|error)/, timeoutMs);
        this.#awaitAnotherCall();
    }

    /** Resolves to the frequency once it is within 10 Hz of `hz`. @throws Error after `timeoutMs`. */
    hears(hz: number, timeoutMs = defaultTimeoutMs): Promise<number> {
        const probe = (): number | undefined => {
            const heard = toneAtEnd(this.#recording, this.#recordedRate);
            return heard !== null && Math.abs(heard - hz) <= 10 ? heard : undefined;
        };
        return until(probe, { what: `linphone to hear ${hz} Hz`, timeoutMs, everyMs: 100 });
    }

    async stop(): Promise<void> {
        await this.#process.stop(1_000);
    }

    /** Between calls is the only time when it takes another recording's name well. */
    #awaitAnotherCall(): void {
        this.#calls += 1;
        this.#recording = join(this.#directory, `heard-${this.#calls}.wav`);
        this.#process.order(`record ${this.#recording}`);
        this.#toldBefore = this.#process.log().length;
    }

    #tells(what: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
        const wait = { what: `linphone to tell ${what.source}`, timeoutMs };
        return until(() => what.exec(this.#process.log().slice(this.#toldBefore)) ?? undefined, wait);
    }
}

function configText(
    { port, tlsPort }: { readonly port: number; readonly tlsPort: number },
    { codec, account, tls }: LinphoneOptions,
    authorityFile: string,
): string {
    const media = mediaPortRange();
    return [
        "[sip]",
        `sip_port=${port}`,
        `sip_tcp_port=${port}`,
        `sip_tls_port=${tlsPort}`,
        ...(tls === undefined
            ? []
            : [`root_ca=${authorityFile}`, "media_encryption=srtp", "media_encryption_mandatory=1"]),
        `bind_address=${loopback}`,
        `contact="Linphone" <sip:phone@${loopback}>`,
        // It would put an address of the machine's network instead.
        "guess_hostname=0",
        // Without the second line it treats the first as the setting of an older release.
        "use_ipv6=0",
        "ipv6_migration_done=1",
        `default_proxy=${account === undefined ? -1 : 0}`,
        "[rtp]",
        `bind_address=${loopback}`,
        `audio_rtp_port=${media.first}-${media.last}`,
        "[sound]",
        // A file hears no echo of itself.
        "echocancellation=0",
        ...Object.entries(codecs).flatMap(([name, { mime, rate, channels }], index) => [
            `[audio_codec_${index}]`,
            `mime=${mime}`,
            `rate=${rate}`,
            `channels=${channels}`,
            `enabled=${name === codec ? 1 : 0}`,
        ]),
        ...(account === undefined ? [] : accountLines(account)),
        "",
    ].join("\n");
}

function accountLines({ address, password, registrar }: LinphoneAccount): readonly string[] {
    const [, user = "", domain = ""] = /^sips?:([^@]*)@(.*)$/.exec(address) ?? [];
    return [
        "[proxy_0]",
        `reg_proxy=<${registrar}>`,
        `reg_route=<${registrar};lr>`,
        `reg_identity=<${address}>`,
        "reg_expires=600",
        "reg_sendregister=1",
        "[auth_info_0]",
        `username=${user}`,
        `passwd=${password}`,
        `domain=${domain}`,
        // Without the right one it asks for the password on its console.
        `realm=${domain}`,
    ];
}
