import { expect, it } from "vitest";
import type { Administration } from "../../../../lib/admin/Administration.ts";
import { readinessOf } from "../../../../lib/admin/supervision/health.ts";
import { Incidents } from "../../../../lib/admin/supervision/Incidents.ts";
import { type PartReading, Supervision } from "../../../../lib/admin/supervision/Supervision.ts";
import { aFakeAdministration } from "../../../support/aFakeAdministration.ts";
import { FakeClock } from "../../../support/FakeClock.ts";

it("reports the start and the end of an incident once each", () => {
    const clock = new FakeClock();
    const reports: string[] = [];
    const incidents = new Incidents(clock, (report) => void reports.push(report));
    incidents.end("trunk carrier", "trunk carrier is up again");
    incidents.begin("trunk carrier", "trunk carrier is down");
    incidents.begin("trunk carrier", "trunk carrier is down");
    clock.advance(65_000);
    incidents.end("trunk carrier", "trunk carrier is up again");
    expect(reports).toEqual(["⚠ trunk carrier is down", "✓ trunk carrier is up again (it lasted 1 min 5 s)"]);
});

it("reports only the end of an incident that an earlier run has reported", () => {
    const clock = new FakeClock();
    const reports: string[] = [];
    const incidents = new Incidents(clock, (report) => void reports.push(report));
    incidents.goesOn("limit user.costPerDay", clock.now() - 60_000);
    incidents.begin("limit user.costPerDay", "limit reached");
    incidents.end("limit user.costPerDay", "limit allows calls again");
    expect(reports).toEqual(["✓ limit allows calls again (it lasted 1 min)"]);
});

it("reports a part that changes its state, with the time of the change", () => {
    const clock = new FakeClock();
    let reading: PartReading = { name: "homeserver", kind: "homeserver", state: "up" };
    const changes: string[] = [];
    const supervision = new Supervision({
        read: () => [reading],
        clock,
        onChanged: ({ name, state }) => void changes.push(`${name} ${state}`),
    });
    supervision.start();
    const since = clock.now();
    clock.advance(10_000);
    expect(supervision.status()).toMatchObject([{ state: "up", since }]);
    reading = { ...reading, state: "down", reason: "no response" };
    clock.advance(2_000);
    expect(changes).toEqual(["homeserver down"]);
    expect(supervision.status()).toMatchObject([
        { state: "down", since: clock.now(), reason: "no response", outages: 1 },
    ]);
    reading = { ...reading, state: "degraded" };
    clock.advance(2_000);
    reading = { ...reading, state: "up" };
    supervision.refresh();
    reading = { ...reading, state: "down" };
    supervision.refresh();
    expect(supervision.status()).toMatchObject([{ state: "down", outages: 2 }]);
    supervision.stop();
    reading = { ...reading, state: "up" };
    supervision.refresh();
    expect(changes).toEqual(["homeserver down", "homeserver degraded", "homeserver up", "homeserver down"]);
    expect(clock.pending).toBe(0);
});

it.each<[string, Partial<Administration>, readonly string[]]>([
    ["everything is up", {}, []],
    [
        "the homeserver is down",
        {
            parts: () => [
                { name: "homeserver", kind: "homeserver", state: "down", since: 0, outages: 1, reason: "no response" },
            ],
        },
        ["homeserver is down: no response"],
    ],
    [
        "no rtpengine responds",
        { parts: () => [{ name: "rtpengine a", kind: "rtpengine", state: "down", since: 0, outages: 1 }] },
        ["no rtpengine instance responds"],
    ],
    [
        "only one trunk is down",
        { parts: () => [{ name: "trunk a", kind: "trunk", state: "down", since: 0, outages: 1 }] },
        [],
    ],
])("is ready or says why not when %s", (_, changes, reasons) => {
    expect(readinessOf(aFakeAdministration(changes))).toMatchObject({ ready: reasons.length === 0, reasons });
});
