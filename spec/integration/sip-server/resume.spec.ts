import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type ListeningLine, SipServerProcess } from "../../support/sip-server/SipServerProcess.ts";
import { connectSrfApp, type SrfApp, type SrfMessage, type SrfReply } from "../../support/sip-server/srfApp.ts";
import { UdpPhone } from "../../support/sip-server/UdpPhone.ts";

/** Calls of an application that is killed, and resumed by another process. drachtio-srf is on both ends of the control port. */
const program = fileURLToPath(new URL("../../support/sip-server/resumableApp.ts", import.meta.url));
const { secret } = SipServerProcess;

interface Notice {
    readonly dialogs: readonly string[];
    readonly transactions: readonly { readonly id: string; readonly direction: string; readonly method: string }[];
    readonly more: boolean;
}

async function startServer(...argv: readonly string[]): Promise<ListeningLine> {
    const [server, listening] = await SipServerProcess.start(...argv);
    onTestFinished(() => void server.child.kill("SIGKILL"));
    return listening;
}

/** An application in a process of its own. Resolves when it is connected; `gotCall` when it has responded to an INVITE. */
async function startApp({ control }: ListeningLine, behaviour: "answer" | "ring") {
    const child = spawn(process.execPath, [program, String(control.port), secret, behaviour], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const lines = createInterface({ input: child.stdout });
    await once(lines, "line");
    const gotCall = once(lines, "line");
    const kill = async (): Promise<void> => {
        child.kill("SIGKILL");
        await once(child, "exit");
    };
    return { gotCall, kill };
}

/** The application that comes next under the same name. */
async function resume({ control }: ListeningLine) {
    const requests: [SrfMessage, SrfReply][] = [];
    const prepare = (srf: SrfApp): void => srf.use((req, res) => void requests.push([req, res]));
    const { app } = await connectSrfApp(control.port, secret, prepare, ["resume:bridge"]);
    onTestFinished(() => app.disconnect());
    const next = async (method: string): Promise<[SrfMessage, SrfReply]> => {
        const found = await vi.waitFor(() => {
            const request = requests.find(([req]) => req.method === method);
            if (request === undefined) throw new Error(`no ${method}`);
            return request;
        }, 10_000);
        return found;
    };
    const [notice] = await next("NOTIFY");
    return { app, next, notice, held: JSON.parse(notice.body) as Notice };
}

async function startPhone({ sip }: ListeningLine): Promise<UdpPhone> {
    const phone = await UdpPhone.open(sip.find(({ transport }) => transport === "udp")?.port ?? 0);
    onTestFinished(() => phone.close());
    return phone;
}

describe("an application with a resume name that is killed in a call", () => {
    it("leaves the call connected, and the next one gets its dialog and ends it", async () => {
        const listening = await startServer();
        const [phone, first] = [await startPhone(listening), await startApp(listening, "answer")];
        await phone.call();
        await first.kill();
        const { app, held, notice } = await resume(listening);
        expect(notice).toMatchObject({ source: "application" });
        expect(notice.get("Event")).toBe("held-dialogs");
        expect(held).toMatchObject({ dialogs: [expect.stringContaining("from-tag=phone")], more: false });
        app.request("sip:placeholder", { method: "BYE", stackDialogId: held.dialogs[0] }, () => undefined);
        expect((await phone.accept("BYE")).headers.has("Reason")).toBe(false);
    });

    it("does not lose a BYE that the phone sends meanwhile", async () => {
        const listening = await startServer("--metrics", "127.0.0.1:0");
        const [phone, first] = [await startPhone(listening), await startApp(listening, "answer")];
        await phone.call();
        await first.kill();
        const response = phone.request("BYE");
        const metrics = `http://127.0.0.1:${listening.metrics?.port ?? 0}/metrics`;
        // INVITE, ACK, BYE
        await vi.waitFor(async () =>
            expect(await (await fetch(metrics)).text()).toContain("\nsip_server_requests_received_total 3\n"),
        );
        const { next, held } = await resume(listening);
        const [bye, reply] = await next("BYE");
        expect(bye.stackDialogId).toBe(held.dialogs[0]);
        reply.send(200, {});
        expect((await response).status).toBe(200);
    });

    it("leaves a call ringing, which the next one can reject by its transaction", async () => {
        const listening = await startServer();
        const [phone, first] = [await startPhone(listening), await startApp(listening, "ring")];
        const final = phone.request("INVITE");
        await first.gotCall;
        await first.kill();
        const { app, held } = await resume(listening);
        expect(held.transactions).toMatchObject([{ direction: "inbound", method: "INVITE" }]);
        app.app.client.sendMessage("SIP/2.0 480 Temporarily Unavailable\r\n\r\n", {
            stackTxnId: held.transactions[0]?.id ?? "",
        });
        expect((await final).status).toBe(480);
    });

    it("gets a call that comes meanwhile", async () => {
        const listening = await startServer();
        const [phone, first] = [await startPhone(listening), await startApp(listening, "ring")];
        await first.kill();
        const final = phone.request("INVITE");
        await vi.waitFor(() => expect(phone.responses("INVITE")).toMatchObject([{ status: 100 }]));
        const { next } = await resume(listening);
        const [, reply] = await next("INVITE");
        reply.send(486, {});
        expect((await final).status).toBe(486);
    });

    it("has its calls ended when no other comes in time", async () => {
        const listening = await startServer("--hold", "1");
        const [phone, first] = [await startPhone(listening), await startApp(listening, "answer")];
        await phone.call();
        await first.kill();
        expect((await phone.accept("BYE")).headers.get("Reason")).toContain("Application gone");
    });

    it("is replaced while it is still connected", async () => {
        const listening = await startServer();
        const [phone] = [await startPhone(listening), await startApp(listening, "answer")];
        await phone.call();
        const { next, held } = await resume(listening);
        expect(held.dialogs).toHaveLength(1);
        const response = phone.request("BYE");
        (await next("BYE"))[1].send(200, {});
        expect((await response).status).toBe(200);
    });
});

describe("an application without a resume name", () => {
    it("has its calls ended as soon as it is gone", async () => {
        const listening = await startServer();
        const phone = await startPhone(listening);
        const { app } = await connectSrfApp(listening.control.port, secret, (srf) =>
            srf.use("invite", (_req, res) =>
                res.send(200, { headers: { "Content-Type": "application/sdp" }, body: "v=0\r\n" }),
            ),
        );
        await phone.call();
        app.disconnect();
        expect((await phone.accept("BYE")).headers.get("Reason")).toContain("Application gone");
    });
});
