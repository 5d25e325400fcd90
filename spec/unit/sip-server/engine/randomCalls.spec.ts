import { describe, expect, it } from "vitest";
import { cseqMethod, serverTransactionKey } from "../../../../lib/sip-server/transaction/matching.ts";
import type { SipRequest } from "../../../../lib/sip-server/sip/SipMessage.ts";
import { generator, type Random } from "../../../support/sip-server/generator.ts";
import type { MemoryNetwork } from "../../../support/sip-server/MemoryNetwork.ts";
import { header, request, response, sdp, type Side, settle, Stage } from "../../../support/sip-server/Stage.ts";

/** An application that does whatever comes to its mind. Returns what makes it act; `orders` collects what it waits for. */
function letLoose({ app, engine, transport }: Side, random: Random, orders: Promise<unknown>[]): () => void {
    const transactions: string[] = [];
    const dialogs = new Set<string>();
    const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
    const order = (promise: Promise<unknown>): void => void orders.push(promise);
    const answer = (transactionId: string, statuses: readonly number[]): void =>
        order(engine.respond(transactionId, response(pick(statuses) ?? 200, { body: sdp })));
    app.onRequestDo = ({ transactionId, dialogId, message }) => {
        if (dialogId !== undefined) dialogs.add(dialogId);
        if (message.method === "ACK" || random() < 0.05) return;
        if (message.method !== "INVITE") return answer(transactionId, [200, 200, 200, 200, 488]);
        const reliable = random() < 0.4 ? { headers: [header("Require", "100rel")], body: sdp } : {};
        if (random() < 0.8) order(engine.respond(transactionId, response(183, reliable)));
        transactions.push(transactionId);
        if (random() < 0.6) answer(transactionId, [200, 200, 200, 200, 486]);
    };
    app.onResponseDo = ({ dialogId, message }) => {
        if (dialogId === undefined || random() < 0.05) return;
        dialogs.add(dialogId);
        const { status, headers } = message;
        if (headers.get("Require") === "100rel") order(engine.send(request("PRACK", "", { dialogId })));
        if (status >= 200 && cseqMethod(message) === "INVITE") order(engine.send(request("ACK", "", { dialogId })));
    };
    const other = transport.bindings[0]?.address === "192.0.2.1" ? "sip:b@192.0.2.2" : "sip:a@192.0.2.1";
    const call = (): void => {
        const timer = random() < 0.3 ? [header("Session-Expires", "90"), header("Supported", "timer")] : [];
        const headers = [header("Supported", "100rel"), header("Allow", "UPDATE"), ...timer];
        const timeout = random() < 0.3 ? { responseTimeoutMs: 50 + Math.floor(random() * 1_000) } : {};
        const sending = engine.send(request("INVITE", other, { headers, body: sdp, ...timeout }));
        order(sending.then((sent) => sent.kind === "sent" && transactions.push(sent.transactionId)));
    };
    const inDialog = (method: string) => (): void => {
        const dialogId = pick([...dialogs].slice(-3));
        if (dialogId === undefined) return;
        const body = method === "INVITE" || method === "UPDATE" ? { body: sdp } : {};
        const headers = method === "REFER" ? [header("Refer-To", "<sip:c@192.0.2.3>")] : [];
        order(engine.send(request(method, "", { dialogId, headers, ...body })));
    };
    const latest = (): string => pick(transactions.slice(-3)) ?? "";
    const leave = (): void => {
        const dialogId = pick([...dialogs]);
        if (dialogId !== undefined) engine.abandonDialog(dialogId);
        engine.abandonTransaction(latest());
    };
    const often = ["INVITE", "INVITE", "UPDATE", "UPDATE", "INFO", "BYE", "REFER"].map(inDialog);
    const ideas = [call, call, () => answer(latest(), [180, 200, 200, 603]), ...often, ...often];
    const seldom = [() => order(engine.cancel(latest(), [])), () => order(engine.cancel(latest(), [])), leave];
    return () => pick(random() < 0.2 ? seldom : ideas)?.();
}

/** The application is gone, and all that it ever heard of with it. */
function leaveEverything({ app, engine }: Side): void {
    for (const { transactionId, dialogId } of [...app.requests, ...app.responses]) {
        engine.abandonTransaction(transactionId);
        if (dialogId !== undefined) engine.abandonDialog(dialogId);
    }
}

/** One final response to a request, whatever its copies: different ones would tell the peer two things. */
function expectOneFinalEach(network: MemoryNetwork): void {
    const finals = new Map<string, number>();
    for (const { message, from } of network.log) {
        if (message.kind !== "response" || message.status < 200) continue;
        const method = cseqMethod(message) ?? "";
        const asked: SipRequest = { kind: "request", method, uri: "", headers: message.headers, body: message.body };
        const key = `${from.address} ${serverTransactionKey(asked) ?? ""}`;
        const before = finals.get(key);
        if (before !== undefined && before !== message.status)
            throw new Error(`${before}, then ${message.status}: ${key}`);
        finals.set(key, message.status);
    }
}

describe("two applications that do as they please, over a bad network", () => {
    it.each(Array.from({ length: 80 }, (_, seed) => seed))("leave nothing behind: %i", async (seed) => {
        const random = generator(seed);
        const stage = new Stage(seed % 4 === 0 ? "tcp" : "udp");
        const sides = [stage.side("192.0.2.1"), stage.side("192.0.2.2")];
        stage.network.weather = () => {
            if (stage.protocol === "tcp") return [20];
            if (random() < 0.15) return [];
            return random() < 0.1 ? [5, Math.floor(random() * 2000)] : [Math.floor(random() * 300)];
        };
        const orders: Promise<unknown>[] = [];
        const acts = sides.map((side) => letLoose(side, random, orders));
        for (let turn = 0; turn < 150; turn++) {
            acts[turn % 2]?.();
            await stage.pass(random() < 0.1 ? 5000 : Math.floor(random() * 400), 40);
        }
        // Messages in flight may still make calls: they are not accepted any more.
        for (const { app } of sides) app.takes = false;
        await stage.pass(70_000, 500);
        for (const side of sides) leaveEverything(side);
        // A REFER's subscription may live for ten minutes, an INVITE may ring for fifteen.
        await stage.pass(1_000_000, 5000);
        await stage.expectNothingLeft(...sides);
        expectOneFinalEach(stage.network);
        expect(await Promise.race([Promise.all(orders).then(() => "answered"), settle().then(() => "waiting")])).toBe(
            "answered",
        );
        for (const { app } of sides) {
            const count = (kind: string): number => app.records.filter((record) => record.kind === kind).length;
            expect(count("stop")).toBe(count("attempt"));
            const told = new Set([...app.requests, ...app.responses].flatMap(({ dialogId }) => dialogId ?? []));
            expect(app.endedDialogs).toHaveLength(new Set(app.endedDialogs).size);
            expect([...told].filter((dialogId) => !app.endedDialogs.includes(dialogId))).toEqual([]);
        }
    });
});
