import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { CallEventSender } from "../../../../lib/matrix/calls/CallEventSender.ts";
import { HomeserverError } from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import type { MatrixRoomId, MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";

/** A sender on a homeserver whose responses the spec controls. */
function slowVoice() {
    const sent: string[] = [];
    const replies: ((failure?: Error) => void)[] = [];
    const send = (_as: unknown, _room: unknown, type: string, _content: unknown, id: string): Promise<void> => {
        sent.push(`${type} ${id}`);
        return new Promise((resolve, reject) => {
            replies.push((failure) => (failure === undefined ? resolve() : reject(failure)));
        });
    };
    const voice = new CallEventSender(
        { send },
        {
            ghost: "@sip_1:matrix.example" as MatrixUserId,
            room: "!r:matrix.example" as MatrixRoomId,
            transactionPrefix: "call7-target1",
            negotiations: 2,
        },
    );
    return { voice, sent, replies };
}

it("sends events one after the other, each with its own transaction ID", async () => {
    const { voice, sent, replies } = slowVoice();
    const answer = voice.send({ type: "m.call.answer", content: {} });
    const hangup = voice.send({ type: "m.call.hangup", content: {} });
    await setImmediate();
    expect(sent).toEqual(["m.call.answer call7-target1-answer"]);
    replies[0]?.();
    await answer;
    await setImmediate();
    expect(sent).toEqual(["m.call.answer call7-target1-answer", "m.call.hangup call7-target1-hangup"]);
    replies[1]?.();
    await hangup;
});

it("sends the next event after one that failed", async () => {
    const { voice, sent, replies } = slowVoice();
    const lost = voice.send({ type: "m.call.answer", content: {} });
    const notice = voice.sendNotice("Sorry.");
    await setImmediate();
    replies[0]?.(new HomeserverError("down", {}));
    await expect(lost).rejects.toThrow("down");
    await setImmediate();
    replies[1]?.();
    await notice;
    expect(sent).toEqual(["m.call.answer call7-target1-answer", "m.room.message call7-target1-message"]);
});

it("numbers negotiations and repeated events, and goes on after a restart", async () => {
    const { voice, sent, replies } = slowVoice();
    for (const type of ["m.call.negotiate", "m.room.message", "m.room.message", "m.call.negotiate"]) {
        const sending = voice.send({ type, content: {} });
        await setImmediate();
        replies.at(-1)?.();
        await sending;
    }
    expect(sent.map((line) => line.replace(/.* call7-target1-/, ""))).toEqual([
        "negotiate-3",
        "message",
        "message-2",
        "negotiate-4",
    ]);
    expect(voice.negotiations).toBe(4);
});
