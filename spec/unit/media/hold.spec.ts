import { beforeEach, expect, test } from "vitest";
import type { CallId } from "../../../lib/call/vocabulary.ts";
import { RtpengineMediaProxy } from "../../../lib/media/RtpengineMediaProxy.ts";
import { RTPENGINE_DEFAULTS } from "../../../lib/media/RtpengineOptions.ts";
import type { MediaRequest, MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { phone } from "../../support/descriptions.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { KeptLog, KeptTelemetry } from "../../support/quiet.ts";
import { type NgScript, ScriptedNg } from "../../support/ScriptedNg.ts";
import { changeAlone } from "../../support/changeAlone.ts";

const EXCHANGE = ["query", "offer", "answer"];

/** It takes whatever it is asked, and would have phones talk to its port 30000. */
const willing: NgScript = () => ({ result: "ok", sdp: phone({ port: 30_000 }) });

const request: MediaRequest = { callId: "c1" as CallId, transports: { origin: "rtp", target: "rtp" } };

let ng: ScriptedNg;
let proxy: RtpengineMediaProxy;
let session: MediaSession;

beforeEach(async () => {
    ng = new ScriptedNg();
    ng.script("engine", willing);
    proxy = new RtpengineMediaProxy(
        { ...RTPENGINE_DEFAULTS, engines: [{ host: "engine", port: 1 }] },
        { clock: new FakeClock(), log: new KeptLog(), telemetry: new KeptTelemetry(), openSocket: ng.open },
    );
    session = proxy.open(request, () => undefined);
    await session.offer(phone());
});

/** The session as the next run of the bridge has it. */
function afterRestart(): MediaSession {
    const record = session.snapshot();
    const text = JSON.stringify(record);
    const resumed = record && proxy.resume(request, JSON.parse(text) as typeof record, () => undefined);
    if (resumed === undefined) throw new Error("the session was not resumed");
    return resumed;
}

/** What the engine was asked since the last look, and of blocked sound whose it is. */
function asked(): readonly string[] {
    return ng.arrivals.splice(0).map(({ body }) => {
        const command = String(body["command"]);
        return command.endsWith("block media") ? `${command} of ${String(body["from-tag"])}` : command;
    });
}

test("a party that holds receives nothing until it resumes; rtpengine receives changes only", async () => {
    await session.answer(phone());
    asked();
    await changeAlone(session, "target", phone({ version: 2, direction: "sendonly" }));
    expect(asked()).toEqual([...EXCHANGE, "block media of origin"]);
    await changeAlone(session, "target", phone({ version: 3, direction: "inactive" }));
    expect(asked()).toEqual(EXCHANGE);
    await changeAlone(session, "target", phone({ version: 4 }));
    expect(asked()).toEqual([...EXCHANGE, "unblock media of origin"]);
});

test("who begins on hold is sent nothing from the first", async () => {
    await session.answer(phone({ direction: "inactive" }));
    expect(asked().slice(-2)).toEqual(["answer", "block media of origin"]);
});

test("the end of a hold is refused if the engine will not have it, and may be asked for again", async () => {
    await session.answer(phone());
    await changeAlone(session, "target", phone({ version: 2, direction: "inactive" }));
    ng.script("engine", (body) =>
        body["command"] === "unblock media" ? { result: "error", "error-reason": "no" } : willing(body),
    );
    const resuming = changeAlone(session, "target", phone({ version: 3 }));
    await expect(resuming).rejects.toMatchObject({ endCause: "noCommonMedia" });
    ng.script("engine", willing);
    asked();
    await changeAlone(session, "target", phone({ version: 4 }));
    expect(asked()).toEqual([...EXCHANGE, "unblock media of origin"]);
});

test("after a restart within a hold that the other party was asked about, it is asked about the next change in any case", async () => {
    await session.answer(phone());
    const hold = phone({ version: 2, direction: "sendonly" });
    expect(await session.proposeChange("target", hold, "askable")).toMatchObject({ kind: "forward" });

    const resumed = afterRestart();
    const talks = phone({ version: 3 });
    expect(await resumed.proposeChange("target", talks, "askable")).toMatchObject({ kind: "forward" });
    await resumed.completeChange("target", phone());
    expect(await resumed.proposeChange("target", talks, "askable")).toMatchObject({ kind: "answer", hold: "talks" });
});

test("a hold is still there after a restart: only its end concerns the other party", async () => {
    await session.answer(phone());
    await changeAlone(session, "target", phone({ version: 2, direction: "sendonly" }));
    const resumed = afterRestart();
    const held = await resumed.proposeChange("target", phone({ version: 3, direction: "sendonly" }), "askable");
    expect(held).toMatchObject({ kind: "answer", hold: "holds" });
    asked();
    expect(await resumed.proposeChange("target", phone({ version: 4 }), "askable")).toMatchObject({ kind: "forward" });
});
