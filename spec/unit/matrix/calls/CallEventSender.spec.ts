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
            transactionPrefix: "call7",
        },
    );
    return { voice, sent, replies };
}

it("sends events one after the other, each with its own transaction ID", async () => {
    const { voice, sent, replies } = slowVoice();
    const answer = voice.send({ type: "m.call.answer", content: {} });
    const hangup = voice.send({ type: "m.call.hangup", content: {} });
    await setImmediate();
    expect(sent).toEqual(["m.call.answer call7-1"]);
    replies[0]?.();
    await answer;
    await setImmediate();
    expect(sent).toEqual(["m.call.answer call7-1", "m.call.hangup call7-2"]);
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
    expect(sent).toEqual(["m.call.answer call7-1", "m.room.message call7-2"]);
});
