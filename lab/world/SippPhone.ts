import { createSocket } from "node:dgram";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RtpTone } from "../audio/RtpTone.ts";
import { makeRunDirectory } from "../labFolder.ts";
import { portIsBound } from "./boundPort.ts";
import { freePort, loopback } from "./freePort.ts";
import { LabProcess } from "./LabProcess.ts";
import { description, noDescription, withoutEvents } from "./sippDescription.ts";
import { mediaAddress, SipTrace } from "./SipTrace.ts";
import { until } from "./until.ts";
import type { Stoppable } from "./LabProcess.ts";
import type { SipMessage } from "./SipTrace.ts";

export interface SipAddress {
    readonly address: string;
    readonly port: number;
}

export interface PhoneOptions {
    /** The tone it plays, in Hz. */
    readonly toneHz: number;
    /** Its own SIP port; a free one if not given. */
    readonly port?: number;
    /** The address it speaks SIP from; 127.0.0.1 if not given. */
    readonly address?: string;
    readonly transport?: "udp" | "tcp";
}

export interface CalledPhoneOptions extends PhoneOptions {
    /** Whether it rings (180) as soon as it is called; otherwise it says nothing at all until told to. Default: true. */
    readonly ringsImmediately?: boolean;
    /** What it notifies as the result of a REFER: the target answers, or is busy. Default: answers. */
    readonly referResult?: "200 OK" | "486 Busy Here";
    /** Whom it asserts (P-Asserted-Identity) in its 180 and 200, and in its own re-INVITE and UPDATE. */
    readonly asserted?: Readonly<Partial<Record<"ringing" | "answering" | "reinviting" | "updating", string>>>;
}

export interface DigestTrunkOptions extends PhoneOptions {
    /** Whom it lets call. Texts without what XML escapes. */
    readonly username: string;
    readonly password: string;
}

export interface OutgoingCall extends PhoneOptions {
    /** Request-URI, such as `sip:alice@matrix.example`. */
    readonly to: string;
    /** Where the request is sent: the bridge. */
    readonly via: SipAddress;
    /** The From header's name-addr, such as `"Carol" <sip:carol@phones.example>`. */
    readonly from?: string;
    readonly extraHeaders?: readonly string[];
    /** It asks the other side for an offer by an INVITE without SDP, and answers that in its ACK (RFC 3261, section 13.2.1). */
    readonly withoutOffer?: boolean;
    /** How it receives digits. Default: as RTP events. */
    readonly digits?: "as RTP events" | "by INFO";
}

export type Refusal = "busy" | "decline" | "not found" | "unavailable" | "broken";

const refusalOrders: Readonly<Record<Refusal, string>> = {
    busy: "LAB-BUSY",
    decline: "LAB-DECLINE",
    "not found": "LAB-NOTFOUND",
    unavailable: "LAB-UNAVAILABLE",
    broken: "LAB-BROKEN",
};

export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** Longer than any spec lets a phone ring; a forgotten SIPp ends by itself. */
const lifetimeSeconds = 180;
const defaultTimeoutMs = 15_000;

/**
 * A SIP phone for one call, played by SIPp with the scenarios of lab/scenarios, with our own RTP endpoint as its ear and
 * mouth. It decides nothing itself: it rings, and the owner of this handle answers, rejects or hangs up.
 */
export class SippPhone implements Stoppable {
    readonly address: string;
    readonly port: number;
    readonly tone: RtpTone;
    readonly trace: SipTrace;
    readonly directory: string;
    readonly #process: LabProcess;
    readonly #ringsImmediately: boolean;
    /** Of the phone's latest SDP. */
    #version = 1;
    #direction: Direction = "sendrecv";

    private constructor(launched: Launched) {
        this.address = launched.address;
        this.port = launched.port;
        this.tone = launched.tone;
        this.directory = launched.directory;
        this.trace = new SipTrace(join(launched.directory, "messages.log"));
        this.#process = launched.running;
        this.#ringsImmediately = launched.ringsImmediately;
    }

    /** Starts a phone that calls immediately. */
    static async call(call: OutgoingCall): Promise<SippPhone> {
        const from = call.from ?? '"Lab phone" <sip:+493012345678@phones.example>';
        const byInfo = call.digits === "by INFO";
        const launched = await launch(
            "caller",
            call,
            {
                from,
                extraHeaders: (call.extraHeaders ?? []).join("\n"),
                alsoAllowed: byInfo ? ", INFO" : "",
                offer: call.withoutOffer === true ? noDescription : byInfo ? withoutEvents(description) : description,
                answer: call.withoutOffer === true ? description : noDescription,
            },
            [`${call.via.address}:${call.via.port}`, ...["-key", "to_uri", call.to]],
        );
        return new SippPhone(launched);
    }

    /** Starts a phone that can be called; resolves once it listens. */
    static async listen(options: CalledPhoneOptions): Promise<SippPhone> {
        const { ringsImmediately = true, referResult = "200 OK", asserted = {} } = options;
        const identities = Object.entries(asserted).map(([when, who]) => [when, `P-Asserted-Identity: ${who}`]);
        const details = {
            atFirst: ringsImmediately ? "ringing" : "waiting",
            referResult,
            ...(Object.fromEntries(identities) as Record<string, string>),
        };
        const launched = await launch("callee", options, details, []);
        return new SippPhone({ ...launched, ringsImmediately });
    }

    /** Starts a carrier that answers every caller with the right password; resolves when it listens. */
    static async listenForPassword(options: DigestTrunkOptions): Promise<SippPhone> {
        const { username, password } = options;
        return new SippPhone(await launch("digest-trunk", options, { username, password }, []));
    }

    // -- called ------------------------------------------------------------------------------------------------------

    /** Resolves to the INVITE once it is called. */
    async isCalled(timeoutMs = defaultTimeoutMs): Promise<SipMessage> {
        const invite = await this.trace.awaitReceived(/^INVITE /, timeoutMs);
        // Only then does it wait for orders.
        if (this.#ringsImmediately) await this.trace.awaitSent(/^SIP\/2\.0 180 /, defaultTimeoutMs);
        return invite;
    }

    /** For a phone that does not ring immediately. */
    async ring(): Promise<void> {
        await this.#order("LAB-RING");
    }

    /** Sends its tone before the answer: 183 with its session. */
    async playEarly(): Promise<void> {
        await this.#order("LAB-EARLY");
        await this.trace.awaitSent(/^SIP\/2\.0 183 /, defaultTimeoutMs);
        const invite = this.trace.received(/^INVITE /);
        if (invite !== undefined) this.#sendToneTo(invite);
    }

    /** Picks up; from then on it sends its tone. */
    async answer(): Promise<void> {
        await this.#order("LAB-ANSWER");
        await this.hasAnswered();
    }

    /** Resolves once it has picked up, for a carrier that does so by itself; from then on it sends its tone. */
    async hasAnswered(): Promise<void> {
        await this.trace.awaitSent(/^SIP\/2\.0 200 /, defaultTimeoutMs);
        const invite = this.trace.received(/^INVITE /);
        if (invite !== undefined) this.#sendToneTo(invite);
        // Only then does it wait for more orders.
        await this.trace.awaitReceived(/^(ACK|CANCEL) /, defaultTimeoutMs);
    }

    async refuse(refusal: Refusal): Promise<void> {
        await this.#order(refusalOrders[refusal]);
    }

    /** @param contact a SIP URI to call instead */
    async redirect(contact: string): Promise<void> {
        await this.#order("LAB-REDIRECT", [`Lab-Contact: ${contact}`]);
    }

    // -- calling -----------------------------------------------------------------------------------------------------

    /** Resolves once the other side rings. */
    isRinging(timeoutMs = defaultTimeoutMs): Promise<SipMessage> {
        return this.trace.awaitReceived(/^SIP\/2\.0 18[03] /, timeoutMs);
    }

    /** Resolves once the other side has picked up; from then on the phone sends its tone. */
    async isAnswered(timeoutMs = defaultTimeoutMs): Promise<SipMessage> {
        const answer = await this.trace.awaitReceived(/^SIP\/2\.0 200 /, timeoutMs);
        this.#sendToneTo(answer);
        // Only then does it wait for orders.
        await this.trace.awaitSent(/^ACK /, defaultTimeoutMs);
        return answer;
    }

    /** Resolves to the final response with which the call failed. */
    isRefused(timeoutMs = defaultTimeoutMs): Promise<SipMessage> {
        return this.trace.awaitReceived(/^SIP\/2\.0 [3-6]\d\d /, timeoutMs);
    }

    // -- both --------------------------------------------------------------------------------------------------------

    /** Ends the call: CANCEL while the other side rings, BYE after the answer. */
    async hangUp(): Promise<void> {
        await this.#order("LAB-HANGUP");
    }

    /** Only for a phone that called: hangs up once the other side does, before it answers the other's BYE. */
    async hangUpAfterBye(): Promise<void> {
        await this.#order("LAB-HANGUP-AFTER-BYE");
    }

    /** Offers its sound in another direction, as to hold and to resume; resolves to the answer. */
    async reoffer(direction: Direction): Promise<SipMessage> {
        this.#version += 1;
        this.#direction = direction;
        return this.#reinvite();
    }

    /** Asks that the other party is connected with somebody else (REFER). Resolves once that was accepted. @param to a SIP URI */
    async transfer(to: string): Promise<void> {
        await this.#order("LAB-REFER", [`Lab-Target: ${to}`]);
        await this.trace.awaitReceived(/^SIP\/2\.0 202 /, defaultTimeoutMs);
    }

    /** Refreshes the session by a request that changes nothing (RFC 4028, section 7.4); resolves to the answer. */
    async refresh(method: "INVITE" | "UPDATE"): Promise<SipMessage> {
        if (method === "INVITE") return this.#reinvite();
        const answered = this.trace.messages().filter(isAnswerTo(method)).length;
        await this.#order("LAB-UPDATE");
        const wait = { what: "an answer to UPDATE", timeoutMs: defaultTimeoutMs };
        return until(() => this.trace.messages().filter(isAnswerTo(method))[answered], wait);
    }

    /** For a called phone that does not hang up: sends digits by INFO, each once the one before was received. */
    async pressByInfo(digits: string): Promise<void> {
        for (const [index, digit] of Array.from(digits).entries()) {
            const answered = this.trace.messages().filter(isAnswerTo("INFO")).length;
            await this.#order("LAB-INFO", [`Lab-Digit: ${digit}`, `Lab-CSeq: ${infoCseq + index}`]);
            const wait = { what: "an answer to INFO", timeoutMs: defaultTimeoutMs };
            await until(() => this.trace.messages().filter(isAnswerTo("INFO"))[answered], wait);
        }
    }

    /** The digits that it has received by INFO so far. */
    digitsByInfo(): string {
        const infos = this.trace
            .messages()
            .filter(({ direction, startLine }) => direction === "received" && startLine.startsWith("INFO "));
        const signals = new Map(
            infos.map(({ text }) => [/^CSeq:.*$/im.exec(text)?.[0], /^Signal=(.)/m.exec(text)?.[1]]),
        );
        return [...signals.values()].join("");
    }

    /** Resolves once the other side has hung up (BYE) or given up (CANCEL). */
    isHungUp(timeoutMs = defaultTimeoutMs): Promise<SipMessage> {
        return this.trace.awaitReceived(/^(BYE|CANCEL) /, timeoutMs);
    }

    /**
     * Resolves once its call is over on the wire and everything passed as SIP demands.
     * @throws Error with SIPp's own complaint if something unexpected arrived or something expected did not.
     */
    async isDone(): Promise<void> {
        const { code } = await this.#process.exited;
        if (code === 0) return;
        const seen = this.trace.startLines().join(" · ");
        throw new Error(`SIPp ended with ${code ?? "a signal"}; it saw: ${seen}\n${this.#complaint()}`);
    }

    /** Its SIP half only: the tone goes on. */
    signal(signal: NodeJS.Signals): void {
        this.#process.signal(signal);
    }

    async stop(): Promise<void> {
        await Promise.all([this.#process.stop(500), this.tone.stop()]);
    }

    async #reinvite(): Promise<SipMessage> {
        const acknowledged = this.trace.messages().filter(isAckSent).length;
        await this.#order("LAB-REINVITE", [`Lab-Version: ${this.#version}`, `Lab-Direction: ${this.#direction}`]);
        // Only then does it wait for more orders.
        const wait = { what: "a phone to acknowledge an answer to its re-INVITE", timeoutMs: defaultTimeoutMs };
        await until(() => this.trace.messages().filter(isAckSent)[acknowledged], wait);
        return this.#latestAnswer("INVITE");
    }

    #latestAnswer(method: string): SipMessage {
        const answer = this.trace.messages().findLast(isAnswerTo(method));
        if (answer === undefined) throw new Error(`there is no answer to ${method}`);
        return answer;
    }

    #sendToneTo(message: SipMessage): void {
        const remote = mediaAddress(message);
        if (remote !== undefined) this.tone.sendTo(remote);
    }

    /**
     * An order is a request with a method of the lab's own that carries the headers of the dialog's latest message, so
     * SIPp takes it for part of the call and the scenario's `[last_...]` keep their meaning.
     */
    async #order(method: string, details: readonly string[] = []): Promise<void> {
        const received = this.trace.messages().filter(({ direction }) => direction === "received");
        const called = received.some(({ startLine }) => startLine.startsWith("INVITE "));
        const latest = called ? /^INVITE / : /^SIP\/2\.0 [12]/;
        const model = received.findLast(({ startLine }) => latest.test(startLine));
        if (model === undefined) throw new Error(`there is no call yet to which ${method} could belong`);
        const [, ...headers] = (model.text.split(/\r?\n\r?\n/, 1)[0] ?? "").split(/\r?\n/);
        const kept = headers.filter((header) => !/^content-/i.test(header));
        const lines = [`${method} sip:phone@lab SIP/2.0`, ...kept, ...details, "Content-Length: 0", "", ""];
        const socket = createSocket("udp4");
        await new Promise((resolve) => socket.send(lines.join("\r\n"), this.port, this.address, resolve));
        socket.close();
    }

    #complaint(): string {
        try {
            return readFileSync(join(this.directory, "errors.log"), "utf8");
        } catch {
            return this.#process.log();
        }
    }
}

function isAckSent({ direction, startLine }: SipMessage): boolean {
    return direction === "sent" && startLine.startsWith("ACK ");
}

function isAnswerTo(method: string): (message: SipMessage) => boolean {
    const cseq = new RegExp(`^CSeq: *\\d+ ${method}`, "im");
    return ({ direction, startLine, text }) =>
        direction === "received" && startLine.startsWith("SIP/2.0 200") && cseq.test(text);
}

/** Of the first INFO; higher than what SIPp counts itself. */
const infoCseq = 1_000_000;

interface Launched {
    readonly address: string;
    readonly port: number;
    readonly tone: RtpTone;
    readonly directory: string;
    readonly running: LabProcess;
    readonly ringsImmediately: boolean;
}

async function launch(
    scenario: "caller" | "callee" | "digest-trunk",
    options: PhoneOptions,
    substitutions: Readonly<Record<string, string>>,
    args: readonly string[],
): Promise<Launched> {
    const directory = makeRunDirectory(`sipp-${scenario}`);
    const file = join(directory, "scenario.xml");
    writeFileSync(file, scenarioText(scenario, substitutions));
    const tone = await RtpTone.start(options.toneHz);
    const port = options.port ?? (await freePort());
    const address = options.address ?? loopback;
    const transport = options.transport ?? "udp";
    const running = LabProcess.start({
        name: "sipp",
        command: "/usr/bin/sipp",
        args: [
            ...args,
            ...["-sf", file, "-m", "1", "-nostdin"],
            ...["-i", address, "-p", String(port), "-t", transport === "udp" ? "u1" : "t1"],
            ...["-mi", loopback, "-key", "rtp_port", String(tone.port)],
            // SIPp would take 8888, 8889, ... for its control socket, one after the other.
            ...["-cp", String(await freePort())],
            ...["-trace_msg", "-message_file", join(directory, "messages.log")],
            ...["-trace_err", "-error_file", join(directory, "errors.log")],
            ...["-timeout", String(lifetimeSeconds), "-timeout_error"],
        ],
        directory,
        env: { TZ: "UTC", TERM: "dumb" },
    });
    if (scenario !== "caller") await running.ready(() => portIsBound(transport, port, address), 5_000);
    return { address, port, tone, directory, running, ringsImmediately: false };
}

function scenarioText(scenario: string, substitutions: Readonly<Record<string, string>>): string {
    const template = readFileSync(join(import.meta.dirname, "..", "scenarios", `${scenario}.xml`), "utf8");
    // A line that would stay empty would end the message's headers, so it goes altogether.
    return template
        .replace(/^( *)\{\{(\w+)\}\}\n/gm, (_, indent: string, key: string) => {
            const value = substitutions[key] ?? "";
            return value === "" ? "" : `${value.replace(/^(?=.)/gm, indent)}\n`;
        })
        .replace(/\{\{(\w+)\}\}/g, (_, key: string) => substitutions[key] ?? "");
}
