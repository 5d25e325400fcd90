import { beforeEach, describe, expect, it } from "vitest";
import { ServiceState } from "../../../../lib/assembly/administration/ServiceState.ts";
import type { Config } from "../../../../lib/config/Config.generated.ts";
import { ConfigError } from "../../../../lib/config/ConfigError.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";

const HOMESERVER = { url: "http://127.0.0.1:8008", domain: "matrix.example" };
const BEFORE = {
    homeserver: HOMESERVER,
    permissions: {},
    calls: { maxCalls: 10 },
    logging: { level: "info" },
} as unknown as Config;
const MINUTE_MS = 60_000;

describe("ServiceState", () => {
    let clock: FakeClock;
    let level: string;
    let loaded: () => Config;
    let applied: Config[];
    let service: ServiceState;

    beforeEach(() => {
        clock = new FakeClock();
        level = "info";
        loaded = () => BEFORE;
        applied = [];
        const setLevel = (to: string): void => void (level = to);
        const log = Object.assign(new KeptLog(), { level: "info", setLevel } as const);
        const gate = { service: "accepting", setService: () => undefined } as const;
        service = new ServiceState({
            config: BEFORE,
            log,
            gate,
            clock,
            load: () => loaded(),
            onReloaded: (config) => applied.push(config),
        });
    });

    it("goes back to the configured log level after the time of a command", () => {
        service.setLogLevel("debug", 2 * MINUTE_MS);
        clock.advance(MINUTE_MS);
        expect(level).toBe("debug");
        clock.advance(MINUTE_MS);
        expect(level).toBe("info");
    });

    it("counts the time of the last command for the log level only", () => {
        service.setLogLevel("debug", MINUTE_MS);
        service.setLogLevel("warn", undefined);
        clock.advance(2 * MINUTE_MS);
        expect(level).toBe("warn");
        service.setLogLevel("debug", MINUTE_MS);
        service.stop();
        clock.advance(2 * MINUTE_MS);
        expect(level).toBe("debug");
    });

    it("applies only what can change while the bridge runs, and says what needs a restart", () => {
        const permissions = { "@root:matrix.example": "admin" };
        loaded = () => ({ ...BEFORE, permissions, calls: { maxCalls: 20 } }) as unknown as Config;
        const plan = { kind: "valid", applied: ["permissions"], needRestart: ["calls"] };
        expect(service.compare()).toEqual(plan);
        expect(applied).toEqual([]);
        expect(service.reload()).toEqual(plan);
        expect(applied).toMatchObject([{ permissions, calls: { maxCalls: 10 } }]);
        // until then, the difference stays
        expect(service.compare()).toEqual({ kind: "valid", applied: [], needRestart: ["calls"] });
    });

    it("changes nothing if the file has errors", () => {
        loaded = () => {
            throw new ConfigError(["calls.maxCalls: must be a number"]);
        };
        const invalid = { kind: "invalid", faults: ["calls.maxCalls: must be a number"] };
        expect([service.compare(), service.reload()]).toEqual([invalid, invalid]);
        expect(applied).toEqual([]);
    });
});
