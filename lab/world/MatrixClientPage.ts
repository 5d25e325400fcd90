import { seesPattern } from "../picture/seesPattern.ts";
import { until } from "./until.ts";
import type { Page } from "playwright-core";
import type {
    ClientCall,
    ClientCallState,
    DtlsCertificates,
    LabPage,
    LoginOptions,
    SeenEvent,
    ThirdPartyUser,
} from "../browser/LabPage.ts";
import type { Picture } from "../picture/pattern.ts";
import type { MatrixDevice } from "./matrixRequest.ts";

const defaultTimeoutMs = 20_000;
const commandTimeoutMs = 30_000;

/** A device of a Matrix user: matrix-js-sdk in a browser page of its own, seen from outside. */
export class MatrixClientPage {
    readonly device: MatrixDevice;
    readonly #page: Page;
    /** Rooms told of by `awaitInvitation`. */
    readonly #invitations = new Set<string>();

    private constructor(page: Page, device: MatrixDevice) {
        this.#page = page;
        this.device = device;
    }

    static async login(page: Page, device: MatrixDevice, options: LoginOptions): Promise<MatrixClientPage> {
        const client = new MatrixClientPage(page, device);
        await client.#ask("login", device, options);
        return client;
    }

    async close(): Promise<void> {
        await this.#page.context().close();
    }

    // -- rooms and people --------------------------------------------------------------------------------------------

    joinRoom(roomId: string): Promise<void> {
        return this.#ask("joinRoom", roomId);
    }

    leaveRoom(roomId: string): Promise<void> {
        return this.#ask("leaveRoom", roomId);
    }

    createDirectRoom(userId: string): Promise<string> {
        return this.#ask("createDirectRoom", userId);
    }

    invite(roomId: string, userId: string): Promise<void> {
        return this.#ask("invite", roomId, userId);
    }

    lookUpNumber(protocol: string, number: string): Promise<readonly ThirdPartyUser[]> {
        return this.#ask("lookUpNumber", protocol, number);
    }

    /** Everything received so far, oldest first, without the first `after` events. */
    events(after = 0): Promise<readonly SeenEvent[]> {
        return this.#ask("events", after);
    }

    /** The `m.call.*` events of one call, oldest first. */
    async callEvents(callId: string): Promise<SeenEvent[]> {
        const events = await this.events();
        return events.filter(({ type, content }) => type.startsWith("m.call.") && content["call_id"] === callId);
    }

    /** Resolves to the first event that `matches`. @throws Error after `timeoutMs`. */
    awaitEvent(what: string, matches: (event: SeenEvent) => boolean, timeoutMs = defaultTimeoutMs): Promise<SeenEvent> {
        return until(async () => (await this.events()).find(matches), { what: this.#who(what), timeoutMs });
    }

    /** Resolves to the room of an invitation it has not told of yet. @throws Error after `timeoutMs`. */
    async awaitInvitation(timeoutMs = defaultTimeoutMs): Promise<string> {
        const isNew = ({ type, stateKey, content, roomId }: SeenEvent): boolean =>
            type === "m.room.member" &&
            stateKey === this.device.userId &&
            content["membership"] === "invite" &&
            !this.#invitations.has(roomId);
        const { roomId } = await this.awaitEvent("an invitation", isNew, timeoutMs);
        this.#invitations.add(roomId);
        return roomId;
    }

    // -- calls -------------------------------------------------------------------------------------------------------

    placeCall(roomId: string): Promise<string> {
        return this.#ask("placeCall", roomId);
    }

    /** Looks the number up and calls it, as Element's dial pad does; resolves to the call's id. */
    dialNumber(number: string, camera: "on" | "off" = "off"): Promise<string> {
        return this.#ask("dialNumber", number, camera);
    }

    placeVideoCall(roomId: string): Promise<string> {
        return this.#ask("placeVideoCall", roomId);
    }

    answer(callId: string, camera: "on" | "off" = "off"): Promise<void> {
        return this.#ask("answer", callId, camera);
    }

    /** Turns the camera on or off, which adds video to a call that has none. */
    setCamera(callId: string, camera: "on" | "off"): Promise<void> {
        return this.#ask("setCamera", callId, camera);
    }

    setScreenShared(callId: string, shared: boolean): Promise<void> {
        return this.#ask("setScreenShared", callId, shared);
    }

    /** Resolves once the other side's picture has these colours, and differs from an earlier one if its block moves. @throws Error */
    sees(callId: string, colours: Picture["colours"], timeoutMs = defaultTimeoutMs): Promise<void> {
        return seesPattern(this.#who("the picture"), () => this.#ask("look", callId), colours, timeoutMs);
    }

    look(callId: string): Promise<Picture | null> {
        return this.#ask("look", callId);
    }

    /** How many pictures it has sent that need no other one. */
    keyFramesSent(callId: string): Promise<number> {
        return this.#ask("keyFramesSent", callId);
    }

    reject(callId: string): Promise<void> {
        return this.#ask("reject", callId);
    }

    hangUp(callId: string, reason?: "user_hangup" | "user_busy"): Promise<void> {
        return this.#ask("hangUp", callId, reason);
    }

    setMuted(callId: string, muted: boolean): Promise<void> {
        return this.#ask("setMuted", callId, muted);
    }

    setHeld(callId: string, held: boolean): Promise<void> {
        return this.#ask("setHeld", callId, held);
    }

    /** Transfers a call to a user or ghost with the client's own function. */
    transfer(callId: string, userId: string): Promise<void> {
        return this.#ask("transfer", callId, userId);
    }

    /** Connects the other parties of two calls with the client's own function. */
    transferToCall(callId: string, targetCallId: string): Promise<void> {
        return this.#ask("transferToCall", callId, targetCallId);
    }

    pressKeys(callId: string, digits: string): Promise<void> {
        return this.#ask("pressKeys", callId, digits);
    }

    /** Writes a message into a room. */
    write(roomId: string, body: string): Promise<void> {
        return this.#ask("write", roomId, body);
    }

    /** Sends a message of any content; resolves to the ID of its event. */
    send(roomId: string, content: Readonly<Record<string, unknown>>): Promise<string> {
        return this.#ask("send", roomId, content);
    }

    /** Resolves once the client shows that the other party holds the call, or no longer does. @throws Error after 15 s. */
    async awaitHeldByOther(callId: string, held: boolean): Promise<void> {
        const probe = async (): Promise<true | undefined> =>
            (await this.#ask("isHeldByOther", callId)) === held ? true : undefined;
        await until(probe, { what: `the client to show hold: ${held}`, timeoutMs: 15_000, everyMs: 100 });
    }

    calls(): Promise<readonly ClientCall[]> {
        return this.#ask("calls");
    }

    async call(callId: string): Promise<ClientCall> {
        const call = (await this.calls()).find((known) => known.callId === callId);
        if (call === undefined) throw new Error(this.#who(`a call ${callId}`));
        return call;
    }

    /** Resolves to a call that rings here now. */
    awaitRinging(timeoutMs = defaultTimeoutMs): Promise<ClientCall> {
        return until(async () => (await this.calls()).find(({ state }) => state === "ringing"), {
            what: this.#who("an incoming call"),
            timeoutMs,
        });
    }

    /** Resolves once a call has reached a state. If the call ends instead, the wait fails immediately. */
    awaitState(callId: string, state: ClientCallState, timeoutMs = defaultTimeoutMs): Promise<ClientCall> {
        const probe = async (): Promise<ClientCall | undefined> => {
            const call = await this.call(callId);
            if (call.history.some((passed) => passed.state === state)) return call;
            if (call.state === "ended")
                throw new Error(this.#who(`call to be ${state}; it ended: ${call.endReason ?? "?"}`));
            return undefined;
        };
        return until(probe, { what: this.#who(`call to be ${state}`), timeoutMs });
    }

    heardHz(callId: string): Promise<number | null> {
        return this.#ask("heardHz", callId);
    }

    /** Resolves to the frequency once it is within 10 Hz of `hz`. @throws Error after `timeoutMs`. */
    hears(callId: string, hz: number, timeoutMs = defaultTimeoutMs): Promise<number> {
        const probe = async (): Promise<number | undefined> => {
            const heard = await this.heardHz(callId);
            return heard !== null && Math.abs(heard - hz) <= 10 ? heard : undefined;
        };
        return until(probe, { what: this.#who(`sound of ${hz} Hz`), timeoutMs, everyMs: 100 });
    }

    /** Resolves once there is no sound. @throws Error after 15 s */
    async hearsNothing(callId: string): Promise<void> {
        const probe = async (): Promise<true | undefined> => ((await this.heardHz(callId)) === null ? true : undefined);
        await until(probe, { what: this.#who("silence"), timeoutMs: defaultTimeoutMs, everyMs: 100 });
    }

    /** Whose certificates the sound of a call is encrypted with; undefined before it flows. */
    certificates(callId: string): Promise<DtlsCertificates | undefined> {
        return this.#ask("certificates", callId);
    }

    #who(what: string): string {
        return `${this.device.userId} (${this.device.deviceId}): ${what}`;
    }

    #ask<Command extends keyof LabPage>(
        command: Command,
        ...args: Parameters<LabPage[Command]>
    ): Promise<Awaited<ReturnType<LabPage[Command]>>> {
        type Reply = Awaited<ReturnType<LabPage[Command]>>;
        // Runs inside the page.
        const inPage = ([name, values]: [string, unknown[]]): Promise<unknown> => {
            const { lab } = globalThis as unknown as {
                lab: Record<string, (...values: unknown[]) => Promise<unknown>>;
            };
            const run = lab[name];
            if (run === undefined) throw new Error(`the page has no command ${name}`);
            return run.apply(lab, values);
        };
        const asked = this.#page.evaluate(inPage, [command, args] as [string, unknown[]]) as Promise<Reply>;
        return withinTime(asked, this.#who(command));
    }
}

/** A page may wait for a server that is gone; we do not. */
async function withinTime<T>(asked: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
            () => reject(new Error(`no reply to ${what} within ${commandTimeoutMs} ms`)),
            commandTimeoutMs,
        );
    });
    try {
        return await Promise.race([asked, late]);
    } finally {
        clearTimeout(timer);
    }
}
