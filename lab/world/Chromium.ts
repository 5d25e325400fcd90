import { chromium as launcher } from "playwright-core";
import { createHash, X509Certificate } from "node:crypto";
import { writeFileSync, appendFileSync } from "node:fs";
import { join } from "node:path";
import { chromium as debianChromium } from "../install/debianPackages.ts";
import { makeRunDirectory } from "../labFolder.ts";
import { browserPage } from "./browserPage.ts";
import { JsSipPage } from "./JsSipPage.ts";
import { MatrixClientPage } from "./MatrixClientPage.ts";
import { childrenOf, signalProcess } from "./processes.ts";
import type { Browser, Page } from "playwright-core";
import type { LoginOptions } from "../browser/LabPage.ts";
import type { PhoneOptions } from "../browser/PhonePage.ts";
import type { BrowserScript } from "./browserPage.ts";
import type { Stoppable } from "./LabProcess.ts";
import type { MatrixDevice } from "./matrixRequest.ts";

/** Nothing is served there: requests for it are answered by us. A loopback origin may use microphones. */
const pageUrl = "http://127.0.0.1/lab";

const flags = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    // WebRTC to rtpengine on 127.0.0.1, with the address itself in the candidates instead of an mDNS name.
    "--allow-loopback-in-peer-connection",
    // A page we answer for is not "local" to Chromium, which would keep it from the homeserver on loopback.
    "--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks",
];

/** Playwright's own handlers would end this process at a signal, before the rest of the world is stopped in order. */
const noHandlers = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };

function trusting(certificate: string): string {
    const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
    return `--ignore-certificate-errors-spki-list=${createHash("sha256").update(key).digest("base64")}`;
}

/** One headless browser; each Matrix device in it is a context of its own, as if it were another computer. */
export class Chromium implements Stoppable {
    readonly #browser: Browser;
    readonly #directory: string;
    #phones = 0;

    private constructor(browser: Browser, directory: string) {
        this.#browser = browser;
        this.#directory = directory;
    }

    /** @param trusted a server's certificate (PEM) that it accepts regardless of its issuer */
    static async start({ trusted }: { readonly trusted?: string } = {}): Promise<Chromium> {
        const args = trusted === undefined ? flags : [...flags, trusting(trusted)];
        // Playwright uses a pipe: if this process is killed, the pipe closes and Chromium exits.
        const [browser] = await Promise.all([
            launcher.launch({ executablePath: debianChromium.provides, headless: true, args, ...noHandlers }),
            browserPage("page"),
        ]);
        return new Chromium(browser, makeRunDirectory("chromium"));
    }

    /** Opens a client for a device and logs it in; resolves once it has synced. */
    async openClient(device: MatrixDevice, options: LoginOptions): Promise<MatrixClientPage> {
        const page = await this.#openPage("page", device.deviceId, device.userId);
        return MatrixClientPage.login(page, device, options);
    }

    /** Opens a SIP phone; resolves once it has registered. */
    async openPhone(options: PhoneOptions): Promise<JsSipPage> {
        const page = await this.#openPage("phone", `phone-${String((this.#phones += 1))}`, options.address);
        return JsSipPage.register(page, options);
    }

    /** Opens a page that is served on loopback, in a context of its own. */
    async openPage(url: string): Promise<Page> {
        const context = await this.#browser.newContext({ viewport: { width: 1100, height: 900 } });
        const page = await context.newPage();
        await page.goto(url);
        return page;
    }

    /** Signals every process of the browsers that this process has started. */
    signal(signal: NodeJS.Signals): void {
        const leaders = childrenOf(process.pid).filter(({ commandLine }) => commandLine.includes("chromium"));
        // each browser leads a process group of its own
        for (const { pid } of leaders) signalProcess(-pid, signal);
    }

    async stop(): Promise<void> {
        await this.#browser.close();
    }

    /** @param name of the file its console is kept in, beginning with `title` */
    async #openPage(script: BrowserScript, name: string, title: string): Promise<Page> {
        const context = await this.#browser.newContext();
        const page = await context.newPage();
        const log = join(this.#directory, `${name}.log`);
        writeFileSync(log, `${title}\n`);
        page.on("console", (message) => appendFileSync(log, `${message.type()} ${message.text()}\n`));
        page.on("pageerror", (error) => appendFileSync(log, `uncaught ${error.stack ?? error.message}\n`));
        const html = await browserPage(script);
        await page.route(pageUrl, (route) => route.fulfill({ contentType: "text/html", body: html }));
        await page.goto(pageUrl);
        return page;
    }
}
