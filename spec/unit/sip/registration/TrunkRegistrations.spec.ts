import { beforeEach, describe, expect, it } from "vitest";
import { TrunkRegistrations } from "../../../../lib/sip/registration/TrunkRegistrations.ts";
import type { SipTrunk } from "../../../../lib/sip/SipTrunk.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog, KeptTelemetry } from "../../../support/quiet.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";
import { KeptRequests } from "../../../support/sip/KeptRequests.ts";
import { settled } from "../../../support/sip/ScriptedStack.ts";

let clock: FakeClock;
let stack: KeptRequests;

const parts = () => ({
    stack,
    clock,
    log: new KeptLog(),
    telemetry: new KeptTelemetry(),
    userAgent: "spec/1",
    random: () => 0.5,
});
const trunk = (given: Partial<SipTrunk> = {}) => ({
    ...aTrunk({ credentials: { username: "bridge", password: "secret" }, ...given }),
    register: { seconds: 600 },
});

beforeEach(() => {
    clock = new FakeClock();
    stack = new KeptRequests();
});

describe("the address that accepted a registration", () => {
    const REGISTRAR = "192.0.2.20";
    const registeredAt = async (trunks: readonly SipTrunk[], ...accepted: readonly number[]) => {
        const registrations = new TrunkRegistrations(trunks, parts());
        registrations.serverUp();
        await settled();
        for (const nth of accepted) stack.answer(nth, 200, [["expires", "600"]], REGISTRAR);
        return registrations;
    };
    const nameAt = (registrations: TrunkRegistrations, address = REGISTRAR) => registrations.trunkAt(address)?.name;

    it("belongs to the trunk, and no other address does", async () => {
        const registrations = await registeredAt([trunk()], 0);
        expect(nameAt(registrations)).toBe("carrier");
        expect(nameAt(registrations, "192.0.2.21")).toBeUndefined();
    });

    it("belongs to no trunk before the REGISTER is accepted", async () => {
        const registrations = await registeredAt([trunk()]);
        stack.answer(0, 503, [], REGISTRAR);
        expect(nameAt(registrations)).toBeUndefined();
    });

    it("belongs to the trunk until the granted time is over, also while refreshing fails", async () => {
        const registrations = await registeredAt([trunk()], 0);
        clock.advance(500_000);
        stack.answer(1, 503, [], REGISTRAR);
        clock.advance(99_000);
        expect(nameAt(registrations)).toBe("carrier");
        clock.advance(1_000);
        expect(nameAt(registrations)).toBeUndefined();
    });

    it("belongs to no trunk once the registrar rejects the account", async () => {
        const registrations = await registeredAt([trunk()], 0);
        clock.advance(500_000);
        stack.answer(1, 403, [], REGISTRAR);
        expect(nameAt(registrations)).toBeUndefined();
    });

    it("belongs to no trunk once the registration is removed", async () => {
        const registrations = await registeredAt([trunk()], 0);
        const stopped = registrations.stop(3_000);
        stack.answer(1, 503, [], REGISTRAR);
        await stopped;
        expect(nameAt(registrations)).toBeUndefined();
    });

    it("belongs to no trunk if two are registered there", async () => {
        const other = trunk({ name: "other", domain: "other.example" });
        const registrations = await registeredAt([trunk(), other], 0);
        expect(nameAt(registrations)).toBe("carrier");
        stack.answer(1, 200, [["expires", "600"]], REGISTRAR);
        expect(nameAt(registrations)).toBeUndefined();
    });

    it("belongs to no trunk if another trunk is reached at the same host, registered or not", async () => {
        const other = aTrunk({ name: "other", domain: "backup.example", nextHop: "sip:Carrier.example:5062" });
        expect(nameAt(await registeredAt([trunk(), other], 0))).toBeUndefined();
    });
});
