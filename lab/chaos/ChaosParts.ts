import { setTimeout as delay } from "node:timers/promises";
import type { Fault, Part } from "./cells.ts";
import { tones } from "./ChaosCall.ts";
import type { ChaosCall } from "./ChaosCall.ts";
import type { MatrixClientPage } from "../world/MatrixClientPage.ts";
import type { World } from "../world/World.ts";

const STOPPED_MS = 20_000;
const AWAY_MS = 5_000;

/** How one part is made to fail, and comes back. */
interface Control {
    kill(): Promise<void> | void;
    suspend(): Promise<void> | void;
    resume(): Promise<void> | void;
    /** Starts it again after `kill`; resolves once it works. */
    revive(): Promise<void> | void;
}

/** The parts of a world, which fail one at a time and work again for the next cell. */
export class ChaosParts {
    readonly #world: World;
    #client: MatrixClientPage;
    #target: Promise<MatrixClientPage> | undefined;
    #gone: Part | undefined;

    private constructor(world: World, client: MatrixClientPage) {
        this.#world = world;
        this.#client = client;
    }

    static async start(world: World): Promise<ChaosParts> {
        return new ChaosParts(world, await world.openClient("alice", { toneHz: tones.client }));
    }

    get client(): MatrixClientPage {
        return this.#client;
    }

    /** The device of the user to whom calls are transferred, opened with the first transfer. */
    target(): Promise<MatrixClientPage> {
        this.#target ??= this.#world.openClient("bob", { toneHz: tones.target });
        return this.#target;
    }

    /** Makes a part fail. Resolves as soon as what the fault allows is possible: once the part is back, or gone for good. */
    async fail(part: Part, fault: Fault, call: ChaosCall): Promise<void> {
        const control = this.#controls(call)[part];
        switch (fault) {
            case "stopped 20 s":
                await control.suspend();
                await delay(STOPPED_MS);
                await control.resume();
                return;
            case "killed":
                await control.kill();
                await control.revive();
                return;
            case "back after 5 s":
                await control.kill();
                await delay(AWAY_MS);
                await control.revive();
                return;
            case "gone":
                await control.kill();
                this.#gone = part;
                return;
        }
    }

    /** Everything works again. */
    async repair(call: ChaosCall): Promise<void> {
        if (this.#gone !== undefined) await this.#controls(call)[this.#gone].revive();
        this.#gone = undefined;
        await this.#world.stopPhones();
    }

    /** Goes on after a cell that was not right or could not be tried: with a new run of the bridge, new clients and no calls. */
    async startOver(): Promise<void> {
        await this.#world.stopPhones();
        await this.#world.bridge.restart();
        await this.#client.close();
        await this.#target?.then((page) => page.close());
        this.#target = undefined;
        this.#client = await this.#openClient();
    }

    #openClient(): Promise<MatrixClientPage> {
        return this.#world.openClient("alice", { toneHz: tones.client });
    }

    #controls(call: ChaosCall): Readonly<Record<Part, Control>> {
        const { bridge, rtpengine, synapse, chromium } = this.#world;
        const sipServer = bridge.sipServer();
        const nothing = (): void => undefined;
        return {
            bridge: {
                kill: () => bridge.kill(),
                suspend: () => bridge.signal("SIGSTOP"),
                resume: () => bridge.signal("SIGCONT"),
                revive: () => bridge.start(),
            },
            "SIP server": {
                kill: () => sipServer.signal("SIGKILL"),
                suspend: () => sipServer.signal("SIGSTOP"),
                // the bridge may have replaced it meanwhile
                resume: () => sipServer.signal("SIGCONT"),
                revive: nothing,
            },
            rtpengine: {
                kill: () => rtpengine.kill(),
                suspend: () => rtpengine.signal("SIGSTOP"),
                resume: () => rtpengine.signal("SIGCONT"),
                revive: () => rtpengine.startAgain(),
            },
            homeserver: {
                kill: () => synapse.kill(),
                suspend: () => synapse.suspend(),
                resume: () => synapse.resume(),
                revive: () => synapse.restart(),
            },
            phone: {
                kill: () => call.phone.stop(),
                suspend: () => call.phone.signal("SIGSTOP"),
                resume: () => call.phone.signal("SIGCONT"),
                revive: nothing,
            },
            client: {
                kill: () => this.#client.close(),
                suspend: () => chromium.signal("SIGSTOP"),
                resume: () => chromium.signal("SIGCONT"),
                revive: async () => {
                    this.#client = await this.#openClient();
                },
            },
        };
    }
}
