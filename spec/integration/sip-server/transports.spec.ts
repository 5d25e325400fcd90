import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatHostPort } from "../../../lib/sip-server/sip/hostPort.ts";
import { SipServerProcess } from "../../support/sip-server/SipServerProcess.ts";
import type { ListeningLine } from "../../support/sip-server/SipServerProcess.ts";
import { connectSrfApp } from "../../support/sip-server/srfApp.ts";
import type { SrfApp, SrfDialog, SrfMessage } from "../../support/sip-server/srfApp.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";

/** Two servers as processes, an application on each: calls between them over every transport, by IPv4 and IPv6. */
const SDP = "v=0\r\no=- 7 7 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40002 RTP/AVP 0\r\n";
const transports = ["udp", "tcp", "tls", "ws", "wss"] as const;
const addresses = ["127.0.0.1", "::1"] as const;

interface Party {
    readonly server: SipServerProcess;
    readonly listening: ListeningLine;
    readonly app: SrfApp;
    /** Where calls are sent instead of being answered. */
    redirects: string | undefined;
    /** The next call that comes in. */
    called: PromiseWithResolvers<{
        readonly invite: SrfMessage;
        readonly dialog: SrfDialog;
        readonly ended: Promise<string>;
    }>;
}

const folder = mkdtempSync(join(tmpdir(), "sip-transports-"));
let parties: readonly [Party, Party];
/** Shows a certificate for another name. */
let impostor: Party;

beforeAll(async () => {
    const { ca, ours, foreign } = makeCertificates({
        ours: "DNS:localhost,IP:127.0.0.1,IP:::1",
        foreign: "DNS:elsewhere.example",
    });
    const pem = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
    };
    const authority = pem("ca.pem", ca);
    const startWith = (name: string, { certificate, key }: typeof ours): Promise<Party> =>
        startParty([
            "--tls-ca",
            authority,
            "--tls-cert",
            pem(`${name}.pem`, certificate),
            "--tls-key",
            pem(`${name}.key`, key),
        ]);
    parties = [await startWith("first", ours), await startWith("second", ours)];
    impostor = await startWith("impostor", foreign);
}, 30_000);

afterAll(async () => {
    for (const { app, server } of [...parties, impostor]) {
        app.disconnect();
        await server.stop();
    }
    rmSync(folder, { recursive: true });
});

/** A server with listeners of every kind, and an application on it that answers all calls. */
async function startParty(tls: readonly string[]): Promise<Party> {
    const bindings = addresses.flatMap((host) =>
        transports.flatMap((transport) => ["--sip", `${transport}/${formatHostPort({ host, port: 0 })}`]),
    );
    const server = new SipServerProcess(["--control", "127.0.0.1:0", ...bindings, ...tls]);
    const listening = await server.listening();
    const { app } = await connectSrfApp(listening.control.port, SipServerProcess.secret, (srf) => {
        srf.use("invite", (invite, reply) => {
            if (party.redirects !== undefined) {
                reply.send(302, { headers: { Contact: party.redirects } });
                return;
            }
            srf.createUAS(invite, reply, { localSdp: SDP }, (_error, dialog) => {
                const ended = new Promise<string>((resolve) =>
                    dialog.on("destroy", (_bye, why: string) => resolve(why)),
                );
                party.called.resolve({ invite, dialog, ended });
            });
        });
        srf.use("options", (_request, reply) => reply.send(200));
    });
    const party: Party = { server, listening, app, redirects: undefined, called: Promise.withResolvers() };
    return party;
}

function uriOf({ listening }: Party, transport: string, host: string): string {
    const port = listening.sip.find((each) => each.transport === transport && each.host === host)?.port ?? 0;
    return `sip:bob@${formatHostPort({ host, port })};transport=${transport}`;
}

describe.each(addresses)("by %s", (host) => {
    describe.each(transports)("over %s", (transport) => {
        it.each([
            ["out and back", 0, 1],
            ["the other way", 1, 0],
        ] as const)("a call goes %s: answered, changed from the far end, ended there", async (_which, from, to) => {
            const [caller, callee] = [parties[from], parties[to]];
            callee.called = Promise.withResolvers();
            const dialog = await caller.app.createUAC(uriOf(callee, transport, host), { localSdp: SDP });
            const over = new Promise<string>((resolve) => dialog.on("destroy", (_bye, why: string) => resolve(why)));
            const far = await callee.called.promise;
            expect(far.invite).toMatchObject({ protocol: transport, source_address: host });
            expect(dialog.remote.sdp).toBe(SDP);
            dialog.on("modify", (_request: SrfMessage, reply: { send(status: number, options: object): void }) =>
                reply.send(200, { body: SDP }),
            );
            expect(await far.dialog.modify(SDP)).toBe(SDP);
            far.dialog.destroy();
            expect(await over).toBe("normal release");
        });
    });
});

describe("what cannot be", () => {
    it.each(["tls", "wss"])("a call over %s to who shows another's certificate: 503, and why", async (transport) => {
        const uri = uriOf(impostor, transport, "127.0.0.1");
        const failure = await parties[0].app.createUAC(uri, { localSdp: SDP }).catch((error: unknown) => error);
        expect(failure).toMatchObject({ status: 503 });
        const { res } = failure as { res: SrfMessage };
        expect(res.get("Warning")).toMatch(/^399 \S+ ".*ERR_TLS_CERT_ALTNAME_INVALID"$/);
    });

    it("a call that is moved to one of several places: the application sees them all", async () => {
        const contacts = "<sip:a@192.0.2.7>;q=0.7, <sip:b@192.0.2.8>;q=0.3";
        parties[1].redirects = contacts;
        const uri = uriOf(parties[1], "tcp", "127.0.0.1");
        const failure = await parties[0].app.createUAC(uri, { localSdp: SDP }).catch((error: unknown) => error);
        parties[1].redirects = undefined;
        expect(failure).toMatchObject({ status: 302 });
        expect((failure as { res: SrfMessage }).res.get("Contact")?.split(/, ?/)).toEqual(contacts.split(", "));
    });
});
