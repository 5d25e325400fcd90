import type { Page } from "playwright-core";
import type { DtlsCertificates } from "../browser/LabPage.ts";
import type { PhoneCall, PhoneOptions, PhonePage } from "../browser/PhonePage.ts";
import type { Stoppable } from "./LabProcess.ts";
import type { Picture } from "../picture/pattern.ts";
import { seesPattern } from "../picture/seesPattern.ts";
import { until } from "./until.ts";

const timeoutMs = 20_000;

/** A SIP phone in a browser: jsSIP over WebSocket, in a page of its own, seen from outside. One call at a time. */
export class JsSipPage implements Stoppable {
    readonly #page: Page;
    readonly #address: string;

    private constructor(page: Page, address: string) {
        this.#page = page;
        this.#address = address;
    }

    /** Resolves once it is registered. @throws Error if it is refused. */
    static async register(page: Page, options: PhoneOptions): Promise<JsSipPage> {
        const phone = new JsSipPage(page, options.address);
        await phone.#ask("register", options);
        return phone;
    }

    dial(target: string, camera: "on" | "off" = "off"): Promise<void> {
        return this.#ask("dial", target, camera);
    }

    answer(camera: "on" | "off" = "off"): Promise<void> {
        return this.#ask("answer", camera);
    }

    /** Resolves once the other side's picture has these colours, and moves. @throws Error after 20 s. */
    sees(colours: Picture["colours"]): Promise<void> {
        return seesPattern(`the picture at ${this.#address}`, () => this.#ask("look"), colours, timeoutMs);
    }

    /** Ends the call, gives it up, or declines it. */
    hangUp(): Promise<void> {
        return this.#ask("hangUp");
    }

    /** Holds or resumes its call; resolves once the other side has answered. */
    setHeld(held: boolean, method: "INVITE" | "UPDATE"): Promise<void> {
        return this.#ask("setHeld", held, method);
    }

    /** Resolves once it shows whether the other side holds. @throws Error after 20 s. */
    async isHeld(held: boolean): Promise<void> {
        const probe = async (): Promise<true | undefined> => ((await this.#ask("isHeld")) === held ? true : undefined);
        await until(probe, { what: `${this.#address} to show hold: ${held}`, timeoutMs });
    }

    /** Sends a text message; resolves once it is accepted. @throws Error if it is rejected. */
    write(target: string, text: string): Promise<void> {
        return this.#ask("write", target, text);
    }

    /** Resolves once it has received a text message. @throws Error after 20 s. */
    async reads(text: string): Promise<void> {
        const probe = async (): Promise<true | undefined> =>
            (await this.#ask("messages")).includes(text) ? true : undefined;
        await until(probe, { what: `${this.#address} to read ${text}`, timeoutMs });
    }

    /** Resolves once its call is there. @throws Error after 20 s. */
    async is(phase: PhoneCall["phase"]): Promise<void> {
        const probe = async (): Promise<true | undefined> =>
            (await this.#ask("call")).phase === phase ? true : undefined;
        await until(probe, { what: `call of ${this.#address} to be ${phase}`, timeoutMs });
    }

    /** Resolves to the frequency once it is within 10 Hz of `hz`. @throws Error after 20 s. */
    hears(hz: number): Promise<number> {
        const probe = async (): Promise<number | undefined> => {
            const heard = await this.#ask("heardHz");
            return heard !== null && Math.abs(heard - hz) <= 10 ? heard : undefined;
        };
        return until(probe, { what: `sound of ${hz} Hz at ${this.#address}`, timeoutMs, everyMs: 100 });
    }

    /** How many ICE candidates the other side's description named. */
    candidatesTold(): Promise<number> {
        return this.#ask("candidatesTold");
    }

    /** Whose certificates the sound of its call is encrypted with; undefined before it flows. */
    certificates(): Promise<DtlsCertificates | undefined> {
        return this.#ask("certificates");
    }

    /** Closes it: it unregisters first. */
    async stop(): Promise<void> {
        await this.#ask("unregister");
        await this.#page.context().close();
    }

    #ask<Command extends keyof PhonePage>(
        command: Command,
        ...args: Parameters<PhonePage[Command]>
    ): Promise<Awaited<ReturnType<PhonePage[Command]>>> {
        type Reply = Awaited<ReturnType<PhonePage[Command]>>;
        // Runs inside the page.
        const inPage = ([name, values]: [string, unknown[]]): Promise<unknown> => {
            const { lab } = globalThis as unknown as {
                lab: Record<string, (...values: unknown[]) => Promise<unknown>>;
            };
            const run = lab[name];
            if (run === undefined) throw new Error(`the page has no command ${name}`);
            return run.apply(lab, values);
        };
        return this.#page.evaluate(inPage, [command, args] as [string, unknown[]]) as Promise<Reply>;
    }
}
