import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { floodRequest } from "../../support/sip-server/floodRequest.ts";
import { connectSrfApp, type SrfHandler } from "../../support/sip-server/srfApp.ts";
import { SipServerProcess } from "../../support/sip-server/SipServerProcess.ts";
import { UdpPhone } from "../../support/sip-server/UdpPhone.ts";

/**
 * A registered phone during floods of unknown senders, on loopback alone. The application accepts what the phone sends, and
 * rejects the rest, as the bridge does.
 */
const FLOOD_PER_SECOND = 5_000;
const SECONDS = 4;
const PAUSE_MS = 250;
const PHONE = "127.0.0.77";
const flooder = fileURLToPath(new URL("../../support/sip-server/flooder.ts", import.meta.url));

async function startServer() {
    const [server, listening] = await SipServerProcess.start("--unknown-peers", "answer", "--log-level", "info");
    onTestFinished(() => void server.child.kill("SIGKILL"));
    const log: string[] = [];
    server.child.stderr?.on("data", (text: string) => log.push(text));
    const { app } = await connectSrfApp(listening.control.port, SipServerProcess.secret, (srf) => {
        const handle: SrfHandler = (req, res) => {
            const known = req.source_address === PHONE;
            const sdp = { headers: { "Content-Type": "application/sdp" }, body: "v=0\r\n" };
            const granted = { headers: { Contact: `${req.get("Contact") ?? ""};expires=600` } };
            if (!known) res.send(403, {});
            else res.send(200, req.method === "INVITE" ? sdp : req.method === "REGISTER" ? granted : {});
        };
        for (const method of ["invite", "register", "options"]) srf.use(method, handle);
        // What comes within dialogs needs no subscription.
        srf.use(handle);
    });
    onTestFinished(() => app.disconnect());
    const portOf = (wanted: string): number => listening.sip.find(({ transport }) => transport === wanted)?.port ?? 0;
    return { pid: listening.pid, log, udp: portOf("udp"), tcp: portOf("tcp") };
}

/** Floods the server until the test ends. Resolves when the flood has begun; returns how many requests it has sent. */
async function flood(method: string, server: number, sources: number): Promise<() => number> {
    const argv = [flooder, method, String(server), String(sources), String(FLOOD_PER_SECOND)];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let sent = 0;
    const lines = createInterface({ input: child.stdout }).on("line", (line) => (sent = Number(line)));
    await once(lines, "line");
    return () => sent;
}

/** The phone registers, calls and hangs up, again and again; the longest time that one of its requests took, in ms. */
async function usePhone(phone: UdpPhone, ms: number): Promise<number> {
    const endsAt = performance.now() + ms;
    let longest = 0;
    const timed = async (step: () => Promise<unknown>): Promise<void> => {
        const startedAt = performance.now();
        await step();
        longest = Math.max(longest, performance.now() - startedAt);
    };
    while (performance.now() < endsAt) {
        const nextAt = performance.now() + PAUSE_MS;
        await timed(async () => expect((await phone.request("REGISTER")).status).toBe(200));
        await timed(() => phone.call());
        await timed(async () => expect((await phone.request("BYE")).status).toBe(200));
        phone.forgetCall();
        // The rate of one phone is limited, too: 50 messages per second.
        await delay(Math.max(0, nextAt - performance.now()));
    }
    return longest;
}

function memoryMiB(pid: number): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;
}

describe("a registered phone", () => {
    it.each(
        ["OPTIONS", "INVITE", "REGISTER"].flatMap((method) => [1, 200].map((sources) => [method, sources] as const)),
    )("registers, calls and hangs up during 5,000 %s/s from %i addresses", async (method, sources) => {
        const { pid, log, udp } = await startServer();
        const phone = await UdpPhone.open(udp, PHONE);
        onTestFinished(() => phone.close());
        await usePhone(phone, 1);
        const before = memoryMiB(pid);
        const sent = await flood(method, udp, sources);
        const longest = await usePhone(phone, SECONDS * 1_000);
        expect(sent(), "a flood").toBeGreaterThan(FLOOD_PER_SECOND * SECONDS * 0.2);
        expect(longest).toBeLessThan(1_000);
        expect(memoryMiB(pid) - before).toBeLessThan(100);
        expect(log.join("").split("\n").length, "lines of log").toBeLessThan(20);
    });

    it("connects by TCP while unknown senders hold 2,000 idle connections", async () => {
        const { tcp, udp } = await startServer();
        const phone = await UdpPhone.open(udp, PHONE);
        onTestFinished(() => phone.close());
        await phone.request("REGISTER");
        const idle: Socket[] = [];
        onTestFinished(() => idle.forEach((socket) => socket.destroy()));
        for (let n = 0; n < 2_000; n++) {
            const socket = connect({
                port: tcp,
                host: "127.0.0.1",
                localAddress: `127.0.3.${1 + Math.floor(n / 100)}`,
            });
            socket.on("error", () => undefined);
            idle.push(socket);
            // One after the other, so that none of them is still connecting when the time of the phone begins.
            await Promise.race([once(socket, "connect"), once(socket, "close")]);
            socket.write("\r\n\r\n");
        }
        const startedAt = performance.now();
        const socket = connect({ port: tcp, host: "127.0.0.1", localAddress: PHONE });
        onTestFinished(() => void socket.destroy());
        const answer = new Promise<string>((resolve, reject) => {
            socket.on("error", reject).on("close", () => reject(new Error("closed")));
            socket.on("data", (data: Buffer) => resolve(data.toString()));
        });
        socket.on("connect", () => socket.write(floodRequest("REGISTER", 1, "TCP")));
        expect(await answer).toContain("SIP/2.0 200");
        expect(performance.now() - startedAt).toBeLessThan(1_000);
    });
});
