import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import type { LogLevel, ReloadPlan, ServiceControl } from "../../admin/Administration.ts";
import type { CallGate } from "../../admin/CallGate.ts";
import type { Config } from "../../config/Config.generated.ts";
import { ConfigError } from "../../config/ConfigError.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { LevelledLog } from "../../telemetry/log.ts";

export interface ServiceStateParts {
    readonly config: Config;
    readonly log: LevelledLog;
    readonly gate: Pick<CallGate, "service" | "setService">;
    readonly clock: Clock;
    /** Loads the configuration file again. Throws a `ConfigError`. Undefined if there is no file. */
    readonly load: (() => Config) | undefined;
    /** Applies the sections that can change while the bridge runs. */
    readonly onReloaded: (config: Config) => void;
}

/** Sections of the configuration that are applied without a restart. */
const LIVE_SECTIONS: readonly (keyof Config)[] = ["dialling", "numbers", "permissions"];

/** Drain, reload and log level. */
export class ServiceState implements ServiceControl {
    readonly #parts: ServiceStateParts;
    #config: Config;
    #stopTimer = (): void => undefined;

    constructor(parts: ServiceStateParts) {
        this.#parts = parts;
        this.#config = parts.config;
    }

    get state(): "accepting" | "draining" {
        return this.#parts.gate.service;
    }

    get logLevel(): string {
        return this.#parts.log.level;
    }

    drain(): void {
        this.#parts.gate.setService("draining");
    }

    resume(): void {
        this.#parts.gate.setService("accepting");
    }

    configuration(): string {
        // passwords and tokens are of a type that prints as ***
        return stringify(plain(this.#config), { sortMapEntries: false });
    }

    compare(): ReloadPlan {
        const loaded = this.#load();
        return Array.isArray(loaded) ? { kind: "invalid", faults: loaded } : this.#planFor(loaded);
    }

    reload(): ReloadPlan {
        const loaded = this.#load();
        if (Array.isArray(loaded)) return { kind: "invalid", faults: loaded };
        const plan = this.#planFor(loaded);
        const live = Object.fromEntries(LIVE_SECTIONS.map((section) => [section, loaded[section]]));
        this.#config = { ...this.#config, ...live };
        this.#parts.onReloaded(this.#config);
        return plan;
    }

    setLogLevel(level: LogLevel, forMs: number | undefined): void {
        this.#stopTimer();
        this.#parts.log.setLevel(level);
        if (forMs === undefined) return;
        this.#stopTimer = this.#parts.clock.startTimer(forMs, () =>
            this.#parts.log.setLevel(this.#config.logging.level),
        );
    }

    /** Ends the timer of a temporary log level. */
    stop(): void {
        this.#stopTimer();
    }

    #load(): Config | string[] {
        try {
            return this.#parts.load?.() ?? ["the bridge was started without a configuration file"];
        } catch (error) {
            if (error instanceof ConfigError) return [...error.faults];
            throw error;
        }
    }

    #planFor(loaded: Config): ReloadPlan {
        const sections = Object.keys({ ...loaded, ...this.#config }) as (keyof Config)[];
        const changed = sections.filter(
            (section) => !isDeepStrictEqual(plain(loaded[section]), plain(this.#config[section])),
        );
        return {
            kind: "valid",
            applied: changed.filter((section) => LIVE_SECTIONS.includes(section)),
            needRestart: changed.filter((section) => !LIVE_SECTIONS.includes(section)),
        };
    }
}

/** As plain data, with Maps as objects: secrets become ***. */
function plain(value: unknown): unknown {
    const text = JSON.stringify([value], (_, item: unknown): unknown =>
        item instanceof Map ? Object.fromEntries(item as Map<string, unknown>) : item,
    );
    return (JSON.parse(text) as readonly unknown[])[0];
}
