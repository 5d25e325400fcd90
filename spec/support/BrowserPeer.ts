import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { dominantFrequency } from "../../lab/audio/dominantFrequency.ts";
import { chromium as debianChromium } from "../../lab/install/debianPackages.ts";
import { until } from "../../lab/world/until.ts";
import type { IceCandidate, Sdp } from "../../lib/call/vocabulary.ts";
import type { Direction } from "../../lib/sdp/sessionDescription.ts";

const script = fileURLToPath(new URL("browserPeer.mjs", import.meta.url));
const sampleRate = 16_000;

/** Nothing is served there: requests for it are answered by us. Only a page of a loopback origin may be recorded. */
const pageUrl = "http://127.0.0.1/peer";

interface FoundCandidate {
    readonly candidate: string;
    readonly sdpMid?: string;
    readonly sdpMLineIndex?: number;
    readonly usernameFragment?: string;
}

/** A headless Chromium to make peer connections in. */
export function startBrowser(): Promise<Browser> {
    return chromium.launch({
        executablePath: debianChromium.provides,
        headless: true,
        // Playwright mutes the loudspeaker.
        ignoreDefaultArgs: ["--mute-audio"],
        args: [
            // The page records what it plays, without a question to the user.
            "--auto-accept-this-tab-capture",
            "--no-sandbox",
            "--disable-gpu",
            "--autoplay-policy=no-user-gesture-required",
            "--allow-loopback-in-peer-connection",
            "--disable-features=WebRtcHideLocalIpsWithMdns",
        ],
    });
}

/** One peer connection in a real browser. */
export class BrowserPeer {
    readonly #page: Page;

    private constructor(page: Page) {
        this.#page = page;
    }

    static async open(browser: Browser, toneHz: number): Promise<BrowserPeer> {
        const page = await browser.newPage();
        await page.route(pageUrl, (route) => route.fulfill({ contentType: "text/html", body: "<title>peer</title>" }));
        await page.goto(pageUrl);
        await page.addScriptTag({ path: script, type: "module" });
        await page.waitForFunction("globalThis.peer !== undefined");
        const peer = new BrowserPeer(page);
        await peer.#ask("plugIn", toneHz);
        return peer;
    }

    offer(): Promise<Sdp> {
        return this.#ask("offer");
    }

    /** Rejects if the browser does not take the offer. */
    answerTo(sdp: Sdp): Promise<Sdp> {
        return this.#ask("answerTo", sdp);
    }

    /** Rejects if the browser does not take the answer. */
    async takeAnswer(sdp: Sdp): Promise<void> {
        await this.#ask("takeAnswer", sdp);
    }

    async setDirection(direction: Direction): Promise<void> {
        await this.#ask("setDirection", direction);
    }

    currentDirection(): Promise<Direction> {
        return this.#ask("currentDirection");
    }

    async restartIce(): Promise<void> {
        await this.#ask("restartIce");
    }

    async addVideo(): Promise<void> {
        await this.#ask("addVideo");
    }

    async plugInCamera(): Promise<void> {
        await this.#ask("plugInCamera");
    }

    /** How many pictures it has sent that need no other one. */
    keyFramesSent(): Promise<number> {
        return this.#ask("keyFramesSent");
    }

    picturesDecoded(): Promise<number> {
        return this.#ask("picturesDecoded");
    }

    /** Presses keys one after the other; they are sent as RTP events. */
    async press(keys: string): Promise<void> {
        await this.#ask("press", keys);
    }

    streamIds(): Promise<readonly string[]> {
        return this.#ask("streamIds");
    }

    /** Those found since it was asked last, at least one. */
    async candidates(): Promise<readonly IceCandidate[]> {
        const found = await until(
            async () => {
                const some = await this.#ask<readonly FoundCandidate[]>("candidates");
                return some.length > 0 ? some : undefined;
            },
            { what: "the browser to find candidates", timeoutMs: 5_000 },
        );
        return found.map(({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) => ({
            candidate,
            ...(sdpMid === undefined ? {} : { mid: sdpMid }),
            ...(sdpMLineIndex === undefined ? {} : { lineIndex: sdpMLineIndex }),
            ...(usernameFragment === undefined ? {} : { ufrag: usernameFragment }),
        }));
    }

    /**
     * Resolves once it hears a tone within 10 Hz of `hz`. If the sender changes its SSRC and changes it back, this keeps to
     * the last new one: then ask `plays`. @throws Error after `timeoutMs`.
     */
    async hears(hz: number, timeoutMs = 10_000): Promise<void> {
        await this.#listen("heard", `the browser to hear ${hz} Hz`, isTone(hz), timeoutMs);
    }

    /** After it has a remote stream: plays that from now on, and records what the loudspeaker would play. */
    async turnOnLoudspeaker(): Promise<void> {
        await this.#ask("turnOnLoudspeaker");
    }

    /** Resolves once its loudspeaker plays a tone within 10 Hz of `hz`: what a user hears. @throws Error after 10 s. */
    async plays(hz: number): Promise<void> {
        await this.#listen("played", `the browser to play ${hz} Hz`, isTone(hz), 10_000);
    }

    /** Resolves once it hears no tone. @throws Error after `timeoutMs`. */
    async hearsNothing(timeoutMs = 5_000): Promise<void> {
        await this.#listen("heard", "the browser to hear nothing", (heard) => heard === null, timeoutMs);
    }

    async close(): Promise<void> {
        await this.#page.close();
    }

    async #listen(
        recording: "heard" | "played",
        what: string,
        isSo: (heardHz: number | null) => boolean,
        timeoutMs: number,
    ): Promise<void> {
        const listen = async (): Promise<true | undefined> => {
            const samples = Float32Array.from(await this.#ask<readonly number[]>(recording));
            return isSo(dominantFrequency(samples, sampleRate)) ? true : undefined;
        };
        await until(listen, { what, timeoutMs, everyMs: 100 });
    }

    async #ask<Reply>(method: string, argument?: unknown): Promise<Reply> {
        const call = `globalThis.peer.${method}(${argument === undefined ? "" : JSON.stringify(argument)})`;
        return await this.#page.evaluate<Reply>(call);
    }
}

function isTone(hz: number): (heardHz: number | null) => boolean {
    return (heardHz) => heardHz !== null && Math.abs(heardHz - hz) <= 10;
}
