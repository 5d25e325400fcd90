import { once } from "node:events";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { SipServerProcess } from "../../support/sip-server/SipServerProcess.ts";
import type { ListeningLine } from "../../support/sip-server/SipServerProcess.ts";
import { startSipp } from "../../support/sip-server/sipp.ts";
import { connectSrfApp } from "../../support/sip-server/srfApp.ts";
import type { SrfDialog, SrfHandler } from "../../support/sip-server/srfApp.ts";

/** What becomes of calls when the application or the server goes: no peer is left in a call without an application. */
let server: SipServerProcess;
let listening: ListeningLine;

beforeEach(async () => {
    [server, listening] = await SipServerProcess.start("--t1", "100");
    onTestFinished(() => void server.child.kill("SIGKILL"));
});

/** A caller playing `scenario`, and the application that gets the call. */
async function callTo(scenario: string, answer: boolean) {
    const { promise: answered, resolve } = Promise.withResolvers<SrfDialog>();
    const ringing = Promise.withResolvers<undefined>();
    const invite: SrfHandler = (req, res) => {
        res.send(180, {}, () => ringing.resolve(undefined));
        if (answer) void app.createUAS(req, res, { localSdp: "v=0\r\n" }).then(resolve);
    };
    const { app } = await connectSrfApp(listening.control.port, SipServerProcess.secret, (srf) =>
        srf.use("invite", invite),
    );
    const port = listening.sip.find(({ transport }) => transport === "udp")?.port ?? 0;
    const caller = await startSipp({ scenario, transport: "udp", server: port });
    onTestFinished(caller.stop);
    return { app, answered, ringing: ringing.promise, passes: caller.passes };
}

describe("when the application goes", () => {
    it("refuses the call it let ring", async () => {
        const { app, ringing, passes } = await callTo("app-lost-while-ringing", false);
        await ringing;
        app.disconnect();
        await passes();
    });

    it("ends the call it had answered", async () => {
        const { app, answered, passes } = await callTo("hung-up-by-callee", true);
        await once(await answered, "ack");
        app.disconnect();
        await passes();
    });
});

describe("when the server is asked to stop", () => {
    it("ends standing calls, tells the application, and exits well", async () => {
        const { answered, passes } = await callTo("hung-up-by-callee", true);
        const dialog = await answered;
        const destroyed = once(dialog, "destroy");
        await once(dialog, "ack");
        const { code } = await server.stop();
        expect(code).toBe(0);
        expect((await destroyed)[1]).toBe("Server stopping");
        await passes();
    });

    it("refuses a call that rings", async () => {
        const { ringing, passes } = await callTo("app-lost-while-ringing", false);
        await ringing;
        await server.stop();
        await passes();
    });
});
