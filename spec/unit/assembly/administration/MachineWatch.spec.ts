import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MachineWatch } from "../../../../lib/assembly/administration/MachineWatch.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { makeCertificates } from "../../../support/sip-server/testCertificates.ts";

const DAY_MS = 86_400_000;

describe("MachineWatch", () => {
    let folder: string;
    let certificate: string;

    beforeAll(() => {
        folder = mkdtempSync(join(tmpdir(), "machine-watch-"));
        certificate = join(folder, "fullchain.pem");
        const { ours } = makeCertificates({ ours: "DNS:bridge.example" }, { ours: 30 });
        writeFileSync(certificate, ours.certificate);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    /** The certificate's state some days from now. */
    function certificateAfter(days: number, file = certificate): unknown {
        const clock = new FakeClock();
        clock.advance(Date.now() + days * DAY_MS - clock.now());
        const watch = new MachineWatch({ certificate: file, storePath: folder, clock, freeBytes: () => 1e12 });
        return watch.read().find(({ kind }) => kind === "certificate");
    }

    it.each([
        [0, "up", undefined],
        [20, "degraded", /^it expires on \d{4}-\d\d-\d\d; replace the files$/],
        [31, "down", /^it expired on/],
    ])("reads the certificate after %s days as %s", (days, state, reason) => {
        expect(certificateAfter(days)).toMatchObject({
            state,
            ...(reason !== undefined && { reason: expect.stringMatching(reason) as string }),
        });
    });

    it("reports a certificate that cannot be read", () => {
        expect(certificateAfter(0, join(folder, "missing.pem"))).toMatchObject({ state: "degraded" });
    });

    it("reports a disk that is nearly full, and asks at most once a minute", () => {
        let free = 150_000_000;
        let asked = 0;
        const clock = new FakeClock();
        const freeBytes = (): number => {
            asked += 1;
            return free;
        };
        const watch = new MachineWatch({ certificate: undefined, storePath: folder, clock, freeBytes });
        expect(watch.read()).toMatchObject([{ name: "store", state: "degraded" }]);
        expect(watch.read()[0]?.reason).toContain("only 150 MB are free");
        free = 1e9;
        clock.advance(30_000);
        expect(watch.read()).toMatchObject([{ state: "degraded" }]);
        expect(asked).toBe(1);
        clock.advance(31_000);
        expect(watch.read()).toEqual([{ name: "store", kind: "store", state: "up" }]);
    });

    it("reads the real disk", () => {
        const watch = new MachineWatch({ certificate: undefined, storePath: folder, clock: new FakeClock() });
        expect(watch.read()[0]?.reason ?? "").not.toContain("cannot read");
    });
});
