import { describe, expect, it } from "vitest";
import { ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import { request, sdp, Stage } from "../../../support/sip-server/Stage.ts";

// Requests whose sender does not want to wait 32 s for each address that says nothing.

const names = { "pbx.test": ["192.0.2.11", "192.0.2.12"] };
const impatient = { body: sdp, responseTimeoutMs: 4_000 };

describe("an address that says nothing in time", () => {
    it.each(["OPTIONS", "INVITE"])("is left for the next one with %s", async (method) => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        const [first, second] = [new ScriptedPeer(stage, "192.0.2.11"), new ScriptedPeer(stage, "192.0.2.12")];
        await us.engine.send(request(method, "sip:pbx.test", impatient));
        await stage.pass(3_900);
        expect(second.heard).toEqual([]);
        await stage.pass(200);
        expect(second.heard).toEqual([method]);
        expect(stage.failures.map(({ address }) => address)).toEqual(["192.0.2.11"]);
        const calledUntilThen = first.heard.length;
        second.respond(second.request(method), { status: 486, toTag: "x" });
        await stage.pass(40_000, 500);
        expect(us.app.told).toEqual([`486 ${method}`]);
        expect(first.heard.length, "repeated to whom was given up").toBe(calledUntilThen);
        await stage.expectNothingLeft(us);
    });

    it("is reported as 408 if it is the last", async () => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        await us.engine.send(request("INVITE", "sip:pbx.test", impatient));
        await stage.pass(7_900);
        expect(us.app.told).toEqual([]);
        await stage.pass(200);
        expect(us.app.told).toEqual(["408 INVITE"]);
        await stage.expectNothingLeft(us);
    });

    it.each(["INVITE", "OPTIONS"])(
        "is reported as 503 with the reason if nothing listens there: %s",
        async (method) => {
            const stage = new Stage("udp", names);
            const us = stage.side("192.0.2.1");
            us.transport.closedPorts.set("192.0.2.12", "ECONNREFUSED");
            await us.engine.send(request(method, "sip:pbx.test", impatient));
            await stage.pass(8_100);
            expect(us.app.told).toEqual([`503 ${method}`]);
            const [response] = us.app.responses;
            expect(response?.message.headers.get("Warning")).toMatch(
                / "no response and nothing listens there: ECONNREFUSED"$/,
            );
            await stage.pass(40_000, 500);
            await stage.expectNothingLeft(us);
        },
    );

    it("ends a call that was cancelled meanwhile", async () => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        const second = new ScriptedPeer(stage, "192.0.2.12");
        const sent = await us.engine.send(request("INVITE", "sip:pbx.test", impatient));
        if (sent.kind === "sent") await us.engine.cancel(sent.transactionId, []);
        await stage.pass(4_100);
        expect(us.app.told).toEqual(["408 INVITE"]);
        expect(second.heard).toEqual([]);
        await stage.expectNothingLeft(us);
    });

    it("is left alone when the server stops", async () => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        await us.engine.send(request("INVITE", "sip:pbx.test", impatient));
        await stage.pass(5_000);
        const closed = us.engine.close(1_000);
        await stage.pass(1_100);
        await closed;
        expect(stage.clock.pending).toBe(0);
    });
});

it("waits on after a 100, however long it takes until the phone rings", async () => {
    const stage = new Stage("udp", names);
    const us = stage.side("192.0.2.1");
    const [first, second] = [new ScriptedPeer(stage, "192.0.2.11"), new ScriptedPeer(stage, "192.0.2.12")];
    await us.engine.send(request("INVITE", "sip:pbx.test", impatient));
    await stage.pass(100);
    first.respond(first.request("INVITE"), { status: 100 });
    await stage.pass(60_000, 500);
    expect(second.heard).toEqual([]);
    first.respond(first.request("INVITE"), { status: 486, toTag: "x" });
    await stage.pass(100);
    expect(us.app.told).toEqual(["486 INVITE"]);
    await stage.expectNothingLeft(us);
});

describe("an address that was given up and answers after all", () => {
    it("is cancelled if the phone rings, once", async () => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        const [first, second] = [new ScriptedPeer(stage, "192.0.2.11"), new ScriptedPeer(stage, "192.0.2.12")];
        await us.engine.send(request("INVITE", "sip:pbx.test", impatient));
        await stage.pass(5_000);
        const late = first.request("INVITE");
        first.respond(late, { status: 100 });
        first.respond(late, { status: 180, toTag: "late", with: [first.contact] });
        await stage.pass(50);
        expect(first.heard.filter((title) => title === "CANCEL")).toHaveLength(1);
        first.respond(first.request("CANCEL"), { status: 200, toTag: "late" });
        first.respond(late, { status: 487, toTag: "late" });
        second.respond(second.request("INVITE"), { status: 486, toTag: "x" });
        await stage.pass(100);
        expect(first.heard.at(-1)).toBe("ACK");
        expect(us.app.told).toEqual(["486 INVITE"]);
        await stage.expectNothingLeft(us);
    });

    it("is forgotten if it says nothing to that", async () => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        const first = new ScriptedPeer(stage, "192.0.2.11");
        await us.engine.send(request("INVITE", "sip:pbx.test", impatient));
        await stage.pass(9_000);
        expect(us.app.told).toEqual(["408 INVITE"]);
        first.respond(first.request("INVITE"), { status: 180, toTag: "late", with: [first.contact] });
        await stage.pass(33_000, 500);
        expect(first.heard).toContain("CANCEL");
        await stage.expectNothingLeft(us);
    });

    it.each([
        ["while the next one is asked", false],
        ["when all is over", true],
    ])("is hung up on if the phone is answered %s", async (_when, over) => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        const [first, second] = [new ScriptedPeer(stage, "192.0.2.11"), new ScriptedPeer(stage, "192.0.2.12")];
        await us.engine.send(request("INVITE", "sip:pbx.test", impatient));
        await stage.pass(over ? 10_000 : 5_000);
        first.respond(first.request("INVITE"), { status: 200, toTag: "late", with: [first.contact] });
        await stage.pass(100);
        expect(first.heard.slice(-2)).toEqual(["ACK", "BYE"]);
        first.respond(first.request("BYE"), { status: 200 });
        if (!over) second.respond(second.request("INVITE"), { status: 486, toTag: "x" });
        await stage.pass(100);
        expect(us.app.told).toEqual([over ? "408 INVITE" : "486 INVITE"]);
        await stage.expectNothingLeft(us);
    });
});
