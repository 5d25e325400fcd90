import type { Config } from "../config/Config.generated.ts";
import { formatHostPort, type Endpoint } from "../config/HostPort.ts";
import { DigitReports } from "../media/digits/DigitReports.ts";
import { testDigitReports } from "../media/digits/testDigitReports.ts";
import { NgClient } from "../media/NgClient.ts";
import { NgFailure } from "../media/NgFailure.ts";
import { UdpNgSocket } from "../media/UdpNgSocket.ts";
import { systemClock } from "../telemetry/systemClock.ts";
import { type Finding, type Result, timed } from "./Finding.ts";

type Media = Exclude<Config["media"], "none">;

/**
 * Tests whether each rtpengine that responds reports DTMF digits to the bridge, by a call that is deleted immediately. Nothing is
 * tested if the configuration expects no reports.
 */
export async function probeDigitReports(config: Config): Promise<readonly Finding[]> {
    const { media } = config;
    if (media === "none") return [];
    if (media.dtmfReports === undefined) return missed(config);
    const tried = `DTMF reports, udp ${formatHostPort(media.dtmfReports)}`;
    const reports = new DigitReports({ listen: media.dtmfReports, engines: media.rtpengine });
    if (!(await reports.start())) {
        const text =
            "port in use: a running bridge tests the reports at its start, and logs a warning if there are none";
        return [{ part: "rtpengine", tried, result: { kind: "works", text } }];
    }
    const test = { tried, reports, listen: media.dtmfReports, media };
    const findings = await Promise.all(media.rtpengine.map((engine) => testEngine(engine, test)));
    reports.stop();
    return findings.flat();
}

interface ReportTest {
    readonly tried: string;
    readonly reports: DigitReports;
    readonly listen: Endpoint;
    readonly media: Media;
}

async function testEngine(
    engine: Endpoint,
    { tried, reports, listen, media }: ReportTest,
): Promise<readonly Finding[]> {
    const client = new NgClient(engine, {
        clock: systemClock,
        timeoutMs: media.timeoutMs,
        openSocket: (address, receive) => new UdpNgSocket(address, receive),
    });
    try {
        // an instance that does not respond is reported by its ping
        if (!(await responds(client))) return [];
        const finding = timed("rtpengine", `${tried}, of ${formatHostPort(engine)}`, async (): Promise<Result> => {
            const test = { prefix: "matrix-appservice-sip-", reports, clock: systemClock };
            if (await testDigitReports(client, test)) return { kind: "works", text: "digit reported" };
            const advice = `set dtmf-log-dest = ${formatHostPort(listen)} in rtpengine.conf and restart rtpengine`;
            return { kind: "fails", text: "no digit reported", advice };
        });
        return [await finding];
    } finally {
        client.close();
    }
}

async function responds(client: NgClient): Promise<boolean> {
    try {
        await client.request("ping");
        return true;
    } catch (error) {
        if (error instanceof NgFailure) return false;
        throw error;
    }
}

/** Who is configured to receive digits by SIP INFO does not receive those of Matrix clients. */
function missed({ sip, trunks, accounts }: Config): readonly Finding[] {
    const users = accounts.map(({ username, dtmf }) => ({ name: username, dtmf }));
    const needing = [...sip.peers, ...trunks, ...users].filter(({ dtmf }) => dtmf === "info").map(({ name }) => name);
    if (needing.length === 0) return [];
    const text = `not configured: digits of Matrix clients do not reach ${needing.join(", ")} (dtmf: info)`;
    const advice = "set media.dtmfReports, and dtmf-log-dest in rtpengine.conf to the same address";
    return [{ part: "rtpengine", tried: "DTMF reports", result: { kind: "works", text, advice } }];
}
