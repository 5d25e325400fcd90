import { describe, expect, it } from "vitest";
import { Application } from "../../../../lib/sip-server/drachtio/Application.ts";

/** A connection that remembers what it was given. */
function connection() {
    const sent: string[] = [];
    return { sent, remote: "127.0.0.1:1", send: (frame: Buffer): void => void sent.push(frame.toString()) };
}

const noTimer = (): void => undefined;

describe("Application", () => {
    it("holds events without a connection, and gives them to the next one in their order", () => {
        const [first, second] = [connection(), connection()];
        const application = new Application(first, "bridge");
        application.send(Buffer.from("1"));
        application.hold(noTimer);
        for (const event of ["2", "3"]) application.send(Buffer.from(event));
        expect(application.attach(second).map(String)).toEqual(["2", "3"]);
        application.send(Buffer.from("4"));
        expect([first.sent, second.sent]).toEqual([["1"], ["4"]]);
    });

    it("drops replies to the commands of a lost connection", () => {
        const application = new Application(connection(), "bridge");
        application.hold(noTimer);
        application.reply(Buffer.from("OK"));
        expect(application.attach(connection())).toEqual([]);
    });

    it("holds at most 16 MiB", () => {
        const application = new Application(connection(), "bridge");
        application.hold(noTimer);
        const frame = Buffer.alloc(1024 * 1024);
        for (let n = 0; n < 20; n++) application.send(frame);
        expect(application.attach(connection())).toHaveLength(16);
    });

    it("stops its timer when it comes back, and when it ends", () => {
        let stopped = 0;
        const application = new Application(connection(), "bridge");
        application.hold(() => (stopped += 1));
        application.attach(connection());
        application.hold(() => (stopped += 1));
        application.end();
        expect([stopped, application.isGone, application.isConnected]).toEqual([2, true, false]);
    });
});
