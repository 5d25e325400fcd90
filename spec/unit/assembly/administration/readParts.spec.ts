import { beforeEach, describe, expect, it } from "vitest";
import { readParts } from "../../../../lib/assembly/administration/readParts.ts";
import { rememberStates, type RememberedStates } from "../../../../lib/assembly/administration/rememberStates.ts";
import type { Config } from "../../../../lib/config/Config.generated.ts";
import { createMetrics } from "../../../../lib/telemetry/metrics.ts";

describe("the parts of the bridge", () => {
    let states: RememberedStates;
    beforeEach(() => (states = rememberStates(createMetrics().telemetry, () => 1_000)));

    function reasonOf(name: string): string {
        const config = { trunks: [{ name: "carrier" }] } as unknown as Config;
        const parts = readParts({ config, states, machine: () => [], engines: () => [] });
        const { state, reason } = parts.find((part) => part.name === name) ?? {};
        return [state, ...(reason === undefined ? [] : [reason])].join(": ");
    }

    it("are up, or down with the reason that they gave", () => {
        const { telemetry } = states;
        telemetry.homeserver("down", "cannot connect (ECONNREFUSED)");
        telemetry.sipServer("down");
        telemetry.trunkRegistered("carrier", "down", "registration rejected with 403");
        expect(reasonOf("homeserver")).toBe("down: cannot connect (ECONNREFUSED)");
        expect(reasonOf("SIP server")).toBe(
            "down: the bridge is not connected to it, and tries again every few seconds",
        );
        expect(reasonOf("trunk carrier")).toBe("down: registration rejected with 403");
        telemetry.homeserver("up");
        states.setDeliveryFault("The homeserver cannot reach the bridge.");
        expect(reasonOf("homeserver")).toBe("down: The homeserver cannot reach the bridge.");
        states.setDeliveryFault(undefined);
        telemetry.sipServer("up");
        telemetry.trunkRegistered("carrier", "up");
        expect(["homeserver", "SIP server", "trunk carrier"].map(reasonOf)).toEqual(["up", "up", "up"]);
    });

    it("are degraded if some addresses of a trunk are unavailable, and down if all are", () => {
        const { telemetry } = states;
        telemetry.trunkAddress("carrier", "192.0.2.1", "down", "no response to OPTIONS");
        telemetry.trunkAddress("carrier", "192.0.2.2", "up");
        expect(reasonOf("trunk carrier")).toBe("degraded: no calls to 192.0.2.1 (no response to OPTIONS)");
        telemetry.trunkAddress("carrier", "192.0.2.2", "down");
        expect(reasonOf("trunk carrier")).toContain(
            "down: no calls to 192.0.2.1 (no response to OPTIONS); no calls to",
        );
    });

    it("report each change of the SIP server, however short", () => {
        const seen: string[] = [];
        states.onSipServer(() => seen.push(reasonOf("SIP server").slice(0, 4)));
        states.telemetry.sipServer("up");
        states.telemetry.sipServer("down");
        states.telemetry.sipServer("up");
        expect(seen).toEqual(["up", "down", "up"]);
    });
});
