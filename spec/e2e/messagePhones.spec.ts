import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Linphone } from "../../lab/world/Linphone.ts";
import { until } from "../../lab/world/until.ts";
import type { MatrixMessenger } from "../../lab/world/MatrixMessenger.ts";
import { MessageWorld } from "../../lab/world/MessageWorld.ts";

const password = "correct-horse";

describe("messages of a registered phone (linphone)", () => {
    let world: MessageWorld;
    let alice: MatrixMessenger;
    let bob: MatrixMessenger;
    let phone: Linphone;

    beforeAll(async () => {
        world = await MessageWorld.start({
            configure: (config) => ({
                ...config,
                logging: { level: "debug", format: "json", sip: true },
                sip: { ...(config["sip"] as object), registrar: { algorithms: ["MD5"] } },
                accounts: [{ username: "desk", password, user: "@alice:matrix.example", media: "webrtc" }],
                messaging: {
                    allow: [{ users: ["@*:matrix.example"], numbers: ["*"] }],
                    readReceipts: true,
                    typing: true,
                },
            }),
        });
        alice = await world.openMessenger("alice");
        bob = await world.openMessenger("bob");
        phone = await start();
    });
    afterAll(() => world.stop());

    async function start(): Promise<Linphone> {
        const linphone = await Linphone.start({
            toneHz: 440,
            codec: "PCMU",
            account: {
                address: "sip:desk@matrix.example",
                password,
                registrar: `sip:127.0.0.1:${world.bridge.sip.port};transport=tcp`,
            },
        });
        await linphone.isRegistered();
        return world.keep(linphone);
    }

    /** The SIP messages in the log; `type` only of receipts. */
    function sipLines() {
        const lines = world.bridge
            .log()
            .split("\n")
            .filter((line) => line.includes('"message":"SIP message '));
        return lines.map((line) => {
            const { message, headers, status, sipCallId } = JSON.parse(line) as {
                readonly message: string;
                readonly headers: Readonly<Record<string, string>>;
                readonly status?: number;
                readonly sipCallId: string;
            };
            const type = headers["content-type"] === "message/imdn+xml" ? headers["content-type"] : undefined;
            return {
                direction: message.slice("SIP message ".length),
                type,
                encoding: headers["content-encoding"],
                status,
                callId: sipCallId,
            };
        });
    }

    it("delivers to the Matrix user whom the phone writes to, as the account", async () => {
        phone.write("sip:+442079460102@matrix.example", "Hello Bob from linphone");
        const seen = await bob.sees("Hello Bob from linphone");
        expect(seen.sender).toContain("desk");
    });

    it("delivers an answer to the phone", async () => {
        const { room } = await bob.sees("Hello Bob from linphone");
        await bob.say(room, "Hello desk from Bob");
        await phone.reads("Hello desk from Bob");
    });

    it("accepts the phone's receipt for it, which is compressed", async () => {
        const received = await until(() => sipLines().find(({ direction, type }) => direction === "received" && type), {
            what: "linphone's receipt",
            timeoutMs: 15_000,
        });
        expect(received).toMatchObject({ type: "message/imdn+xml", encoding: "deflate" });
        // after the challenge
        const accepted = (): boolean =>
            sipLines().some(({ callId, status }) => callId === received.callId && status === 200);
        await until(() => (accepted() ? true : undefined), { what: "its acceptance", timeoutMs: 15_000 });
    });

    it("keeps a message for a phone that is switched off until it registers", async () => {
        const { room } = await bob.sees("Hello Bob from linphone");
        await phone.stop();
        await bob.say(room, "Message for later");
        const again = await start();
        await again.reads("Message for later", 60_000);
    }, 120_000);

    it("sends a message of the phone to a number through the trunk, as its user", async () => {
        const other = await start();
        other.write("sip:+442079460777@matrix.example", "Hello trunk from linphone");
        const received = await world.trunk.receives("Hello trunk from linphone");
        expect(received.to).toContain("+442079460777");
        expect(alice.messages.map(({ body }) => body)).not.toContain("Hello trunk from linphone");
    }, 60_000);
});
