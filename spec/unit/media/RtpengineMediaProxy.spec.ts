import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { CallId } from "../../../lib/call/vocabulary.ts";
import { RtpengineMediaProxy } from "../../../lib/media/RtpengineMediaProxy.ts";
import { RTPENGINE_DEFAULTS, type RtpengineOptions } from "../../../lib/media/RtpengineOptions.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { captured, phone } from "../../support/descriptions.ts";
import { keepLosses } from "../../support/lostMedia.ts";
import { KeptLog, KeptTelemetry } from "../../support/quiet.ts";
import { engine } from "../../support/engineScript.ts";
import { ScriptedNg } from "../../support/ScriptedNg.ts";
import { changeAlone } from "../../support/changeAlone.ts";

const browserOffer = captured("chromium-156-audio-offer");
const ufrag = /a=ice-ufrag:(\S+)/.exec(browserOffer)?.[1] ?? "";
const HOST = "candidate:1 1 udp 2113937151 192.0.2.2 5000 typ host";

describe("RtpengineMediaProxy", () => {
    let clock: FakeClock;
    let ng: ScriptedNg;
    let log: KeptLog;
    let telemetry: KeptTelemetry;
    let reports: string[];

    beforeEach(() => {
        clock = new FakeClock();
        ng = new ScriptedNg();
        log = new KeptLog();
        telemetry = new KeptTelemetry();
        reports = [];
    });

    function proxyOf(hosts: readonly string[], options: Partial<RtpengineOptions> = {}): RtpengineMediaProxy {
        return new RtpengineMediaProxy(
            {
                ...RTPENGINE_DEFAULTS,
                engines: hosts.map((host) => ({ host, port: 1 })),
                choice: "roundRobin",
                requestTimeoutMs: 1_000,
                liveness: { pollIntervalMs: 250, silenceMs: 10_000, browserSilenceMs: 10_000 },
                ...options,
            },
            { clock, log, telemetry, openSocket: ng.open },
        );
    }

    const open = (proxy: RtpengineMediaProxy, id = "c1"): MediaSession =>
        proxy.open({ callId: id as CallId, transports: { origin: "webrtc", target: "rtp" } }, keepLosses(reports));

    async function connect(proxy: RtpengineMediaProxy): Promise<MediaSession> {
        const session = open(proxy);
        await session.offer(browserOffer);
        await session.answer(phone());
        return session;
    }

    async function pass(ms: number): Promise<void> {
        for (let passed = 0; passed < ms; passed += 250) {
            clock.advance(250);
            await setImmediate();
        }
    }

    /** The commands since the last look, with their tags. */
    function asked(): readonly string[] {
        return ng.arrivals
            .splice(0)
            .map(({ body }) =>
                ["command", "from-tag", "to-tag"].flatMap((key) => (key in body ? [String(body[key])] : [])).join(" "),
            );
    }

    test("names the sides by tags, the target only once it spoke", async () => {
        ng.script("a", engine());
        const session = await connect(proxyOf(["a"]));
        expect(asked()).toEqual(["offer origin", "answer origin target"]);
        await changeAlone(session, "target", phone({ version: 2 }));
        expect(asked()).toEqual(["query", "offer target origin", "answer target origin"]);
        await session.release();
        expect(ng.arrivals.map(({ body }) => body)).toEqual([
            {
                command: "delete",
                "call-id": "matrix-appservice-sip-c1",
                "from-tag": "origin",
                "delete delay": 0,
            },
        ]);
    });

    test("a call goes to the next engine if one takes none, and stays there", async () => {
        ng.script("a", (body) => (body["command"] === "offer" ? { result: "load limit" } : { result: "ok" }));
        ng.script("b", engine());
        const proxy = proxyOf(["a", "b"]);
        const session = await connect(proxy);
        expect(ng.commands("a")).toEqual(["offer", "delete"]);
        expect(ng.commands("b")).toEqual(["offer", "answer"]);
        expect(proxy.engines.map(({ calls }) => calls)).toEqual([0, 1]);
        await session.release();
        expect(proxy.engines.map(({ calls }) => calls)).toEqual([0, 0]);
    });

    test.each(["Ran out of ports", "Parallel session limit reached"])(
        "tries the next engine if one has no resources left (%s), and prefers the others until one of its calls ends",
        async (reason) => {
            ng.script("a", (body) =>
                body["command"] === "offer" ? { result: "error", "error-reason": reason } : { result: "ok" },
            );
            ng.script("b", engine());
            const proxy = proxyOf(["a", "b"]);
            await connect(proxy);
            await open(proxy, "c2").offer(browserOffer);
            expect(ng.commands("a")).toEqual(["offer", "delete"]);
            expect(ng.commands("b")).toEqual(["offer", "answer", "offer"]);
        },
    );

    test("a call goes to the next engine if one is silent, and the next call does not ask it", async () => {
        ng.script("b", engine());
        const proxy = proxyOf(["a", "b"]);
        const offering = open(proxy).offer(browserOffer);
        await setImmediate();
        clock.advance(1_000);
        await offering;
        await open(proxy, "c2").offer(browserOffer);
        await open(proxy, "c3").offer(browserOffer);
        expect(ng.commands("b")).toEqual(["offer", "offer", "offer"]);
        expect(proxy.engines.map(({ health }) => health)).toEqual(["silent", "answering"]);
    });

    test("a description that one engine refuses is not taken to another", async () => {
        ng.script("a", () => ({ result: "error", "error-reason": "Failed to parse SDP" }));
        ng.script("b", engine());
        await expect(open(proxyOf(["a", "b"])).offer(browserOffer)).rejects.toMatchObject({
            endCause: "noCommonMedia",
        });
        expect(ng.commands("b")).toEqual([]);
    });

    test.each([{ result: "ok" }, { result: "ok", sdp: 7 }, { result: "ok", sdp: "hello" }])(
        "an engine's reply without a description is its failure: %j",
        async (reply) => {
            ng.script("a", () => reply);
            await expect(open(proxyOf(["a"])).offer(browserOffer)).rejects.toMatchObject({
                endCause: "serviceUnavailable",
            });
        },
    );

    test("candidates that came before the answer are passed on after it, together", async () => {
        ng.script("a", engine());
        const session = open(proxyOf(["a"]));
        await session.offer(browserOffer);
        await session.addCandidates("origin", [{ candidate: HOST, mid: "0", ufrag }]);
        await session.addCandidates("origin", [{ candidate: HOST.replace("5000", "5001"), mid: "0", ufrag }]);
        await session.answer(phone());
        expect(asked()).toEqual([
            "offer origin",
            "answer origin target",
            "query",
            "offer origin target",
            "answer origin target",
        ]);
    });

    test("candidates that come while an offer or an answer is under way wait for it", async () => {
        ng.script("a", engine());
        const session = open(proxyOf(["a"]));
        const [late, later] = [HOST, HOST.replace("5000", "5001")].map((candidate) => [{ candidate, mid: "0", ufrag }]);
        await Promise.all([session.offer(browserOffer), session.addCandidates("origin", late ?? [])]);
        await Promise.all([session.answer(phone()), session.addCandidates("origin", later ?? [])]);
        expect(asked()).toEqual([
            "offer origin",
            "answer origin target",
            "query",
            "offer origin target",
            "answer origin target",
        ]);
        expect(telemetry.counted).toEqual([]);
    });

    test("candidates that arrive together are passed on immediately, in one exchange", async () => {
        ng.script("a", engine());
        const session = await connect(proxyOf(["a"]));
        asked();
        const [one, other] = [HOST, HOST.replace("5000", "5001")].map((candidate) => [{ candidate, mid: "0", ufrag }]);
        await Promise.all([session.addCandidates("origin", one ?? []), session.addCandidates("origin", other ?? [])]);
        expect(asked()).toEqual(["query", "offer origin target", "answer origin target"]);
    });

    test("candidates that come later are passed on, with those before, while the engine hears nothing", async () => {
        let packets = 0;
        ng.script(
            "a",
            engine(() => packets),
        );
        const session = await connect(proxyOf(["a"]));
        asked();
        await session.addCandidates("origin", [{ candidate: HOST, mid: "0", ufrag }]);
        await session.addCandidates("origin", [{ candidate: HOST.replace("5000", "5001"), mid: "0", ufrag }]);
        const offers = ng.arrivals
            .filter(({ body }) => body["command"] === "offer")
            .map(({ body }) => String(body["sdp"]));
        expect(offers.map((sdp) => sdp.match(/192\.0\.2\.2 500\d/g))).toEqual([
            ["192.0.2.2 5000"],
            ["192.0.2.2 5000", "192.0.2.2 5001"],
        ]);
        asked();
        packets = 1;
        await session.addCandidates("origin", [{ candidate: HOST.replace("5000", "5002"), mid: "0", ufrag }]);
        expect(asked()).toEqual(["query"]);
    });

    test("candidates that cannot be used are counted, and not sent to rtpengine", async () => {
        ng.script("a", engine());
        const session = await connect(proxyOf(["a"]));
        await session.addCandidates("origin", [{ candidate: HOST, mid: "0", ufrag }]);
        asked();
        await session.addCandidates("origin", [
            { candidate: HOST.replace("udp", "tcp"), mid: "0" },
            { candidate: HOST, mid: "9" },
            { candidate: "" },
        ]);
        await session.addCandidates("target", [{ candidate: HOST }, { candidate: "" }]);
        expect(asked()).toEqual([]);
        expect(telemetry.counted).toEqual([
            "dropped from media: tcpCandidate",
            "dropped from media: foreignCandidate",
            "dropped from media: foreignCandidate",
        ]);
    });

    test("an offer that keeps no codec is refused before the engine hears of it", async () => {
        ng.script("a", engine());
        const session = await connect(proxyOf(["a"]));
        asked();
        const other = phone({ payloads: "9", version: 2 });
        await expect(changeAlone(session, "target", other)).rejects.toMatchObject({ endCause: "noCommonMedia" });
        expect(asked()).toEqual([]);
    });

    test("an offer for a call that the engine forgot begins no new one, and the loss is reported once", async () => {
        ng.script("a", engine());
        const session = await connect(proxyOf(["a"]));
        asked();
        ng.script("a", () => ({ result: "error", "error-reason": "Unknown call-id" }));
        for (const version of [2, 3]) {
            const offering = changeAlone(session, "target", phone({ version }));
            await expect(offering).rejects.toMatchObject({ endCause: "mediaLost" });
        }
        expect(asked()).toEqual(["query", "query"]);
        expect(reports).toEqual(["mediaLost"]);
        await pass(2_000);
        expect(asked()).toEqual([]);
    });

    test("silence is reported once, and not after the release", async () => {
        ng.script("a", engine());
        const proxy = proxyOf(["a"]);
        const lost = await connect(proxy);
        await pass(11_000);
        expect(reports).toEqual(["mediaLost"]);
        await lost.release();
        const released = await connect(proxy);
        await released.release();
        await pass(11_000);
        expect(reports).toEqual(["mediaLost"]);
        expect(clock.pending).toBe(0);
    });

    test("a hold is no silence, and its end starts the count again", async () => {
        ng.script("a", engine());
        const session = await connect(proxyOf(["a"]));
        await pass(9_000);
        await changeAlone(session, "target", phone({ version: 2, direction: "inactive" }));
        await pass(30_000);
        await changeAlone(session, "target", phone({ version: 3 }));
        await pass(9_000);
        expect(reports).toEqual([]);
        await pass(2_000);
        expect(reports).toEqual(["mediaLost"]);
    });

    test("stale sessions of this bridge are deleted, page by page, and no others", async () => {
        const calls = [...Array.from({ length: 5 }, (_, n) => `ours-${n}`), "theirs"];
        ng.script("a", (body) => {
            if (body["command"] === "delete") calls.splice(calls.indexOf(String(body["call-id"])), 1);
            return { result: "ok", calls: calls.slice(0, 2) };
        });
        const deleting = proxyOf(["a", "silent"], { callIdPrefix: "ours-" }).deleteStaleSessions();
        await setImmediate();
        clock.advance(1_000);
        await expect(deleting).resolves.toBe(5);
        expect(calls).toEqual(["theirs"]);
        expect(log.lines).toEqual([
            "warn: rtpengine does not answer",
            "warn: failed to delete stale rtpengine sessions",
        ]);
    });

    test("deletion of stale sessions ends although rtpengine keeps listing a deleted call", async () => {
        ng.script("a", () => ({ result: "ok", calls: ["ours-1", 7] }));
        await expect(proxyOf(["a"], { callIdPrefix: "ours-" }).deleteStaleSessions()).resolves.toBe(1);
    });
});
