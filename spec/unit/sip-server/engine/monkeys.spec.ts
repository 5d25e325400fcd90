import { describe, expect, it } from "vitest";
import { cseqMethod, serverTransactionKey } from "../../../../lib/sip-server/transaction/matching.ts";
import type { SipRequest } from "../../../../lib/sip-server/sip/SipMessage.ts";
import { generator, type Random } from "../../../support/sip-server/generator.ts";
import type { MemoryNetwork } from "../../../support/sip-server/MemoryNetwork.ts";
import { header, request, response, sdp, type Side, Stage } from "../../../support/sip-server/Stage.ts";

/** An application that does whatever comes to its mind. */
function letLoose(side: Side, random: Random): () => void {
    const transactions: string[] = [];
    const dialogs = new Set<string>();
    const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
    side.app.onRequestDo = ({ transactionId, dialogId, message }, engine) => {
        if (dialogId !== undefined) dialogs.add(dialogId);
        if (message.method === "ACK" || random() < 0.05) return;
        if (message.method !== "INVITE")
            return void engine.respond(transactionId, response(random() < 0.9 ? 200 : 488));
        const reliable = random() < 0.3 ? { headers: [header("Require", "100rel")], body: sdp } : {};
        if (random() < 0.7) void engine.respond(transactionId, response(183, reliable));
        if (random() < 0.6)
            void engine.respond(transactionId, response(pick([200, 200, 200, 486, 302]) ?? 200, { body: sdp }));
        else transactions.push(transactionId);
    };
    side.app.onResponseDo = ({ dialogId, message }, engine) => {
        if (dialogId === undefined || random() < 0.05) return;
        dialogs.add(dialogId);
        if (message.headers.get("Require") === "100rel") void engine.send(request("PRACK", "", { dialogId }));
        if (message.status >= 200 && cseqMethod(message) === "INVITE")
            void engine.send(request("ACK", "", { dialogId }));
    };
    const other = side.transport.bindings[0]?.address === "192.0.2.1" ? "sip:b@192.0.2.2" : "sip:a@192.0.2.1";
    const call = (): void => {
        const timer = random() < 0.3 ? [header("Session-Expires", "90"), header("Supported", "timer")] : [];
        const headers = [header("Supported", "100rel"), header("Allow", "UPDATE"), ...timer];
        void side.engine.send(request("INVITE", other, { headers, body: sdp })).then((sent) => {
            if (sent.kind === "sent") transactions.push(sent.transactionId);
        });
    };
    const inDialog = (method: string) => (): void => {
        const dialogId = pick([...dialogs]);
        if (dialogId === undefined) return;
        const body = method === "INVITE" || method === "UPDATE" ? { body: sdp } : {};
        const headers = method === "REFER" ? [header("Refer-To", "<sip:c@192.0.2.3>")] : [];
        void side.engine.send(request(method, "", { dialogId, headers, ...body }));
    };
    const answer = (): void =>
        void side.engine.respond(pick(transactions) ?? "", response(pick([180, 200, 200, 603]) ?? 200, { body: sdp }));
    const cancel = (): void => void side.engine.cancel(pick(transactions) ?? "", []);
    const inDialogs = ["INVITE", "UPDATE", "INFO", "BYE", "BYE", "REFER"].map(inDialog);
    const leave = (): void => {
        const dialogId = pick([...dialogs]);
        if (dialogId !== undefined && random() < 0.3) side.engine.abandonDialog(dialogId);
        side.engine.abandonTransaction(random() < 0.2 ? (pick(transactions) ?? "") : "");
    };
    const ideas = [call, call, answer, answer, cancel, leave, ...inDialogs];
    return () => {
        pick(ideas)?.();
    };
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
        const acts = sides.map((side) => letLoose(side, random));
        for (let turn = 0; turn < 60; turn++) {
            acts[turn % 2]?.();
            await stage.pass(Math.floor(random() * 1500), 100);
        }
        for (const { engine, app } of sides) {
            for (const { transactionId, dialogId } of [...app.requests, ...app.responses]) {
                engine.abandonTransaction(transactionId);
                if (dialogId !== undefined) engine.abandonDialog(dialogId);
            }
        }
        // A REFER's subscription may live for ten minutes, an INVITE may ring for fifteen.
        await stage.pass(1_000_000, 5000);
        await stage.expectNothingLeft(...sides);
        expectOneFinalEach(stage.network);
        for (const { app } of sides) {
            const count = (kind: string): number => app.records.filter((record) => record.kind === kind).length;
            expect(count("stop")).toBe(count("attempt"));
            const dialogIds = new Set([...app.requests, ...app.responses].flatMap(({ dialogId }) => dialogId ?? []));
            expect(new Set(app.endedDialogs)).toEqual(new Set([...dialogIds, ...app.endedDialogs]));
        }
    });
});
