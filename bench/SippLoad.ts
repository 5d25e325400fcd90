import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { LabProcess } from "../lab/world/LabProcess.ts";
import { freePort, loopback } from "../lab/world/freePort.ts";
import { callerNumber } from "./callers.ts";

export interface LoadPlan {
    /** For the names of its files. */
    readonly name: string;
    readonly directory: string;
    /** On loopback if no host is named. */
    readonly target: { readonly host?: string; readonly port: number };
    readonly callee: string;
    readonly callsPerSecond: number;
    readonly calls: number;
    /** Calls at the same time; all of them if not given. */
    readonly underWay?: number;
    /** How long each call is up, in ms. */
    readonly talkMs: number;
    /** Different numbers to call from; more than calls at the same time. */
    readonly callers: number;
    /** Keep the moments of each call, which takes a file that grows with them; so unless false. */
    readonly timeline?: boolean;
}

export interface LoadResult {
    readonly attempted: number;
    readonly failed: number;
    readonly retransmissions: number;
    /** Wall time in ms at which SIPp sent the INVITE and got the 200 of its n-th call; empty if not wanted. */
    readonly timeline: readonly { readonly caller: string; readonly invite: number; readonly ok: number | undefined }[];
}

/** Phones that call at a steady rate, by SIPp. Resolves when the last call is over. */
export async function placeCalls(plan: LoadPlan): Promise<LoadResult> {
    const file = (suffix: string): string => join(plan.directory, `${plan.name}-${suffix}`);
    const numbers = Array.from({ length: plan.callers }, (_, index) => `${callerNumber(index)};`);
    writeFileSync(file("callers.csv"), ["SEQUENTIAL", ...numbers, ""].join("\n"));
    const sipp = LabProcess.start({
        name: `sipp-${plan.name}`,
        command: "sipp",
        directory: plan.directory,
        args: [
            ...["-sf", fileURLToPath(new URL("scenarios/uac-call.xml", import.meta.url))],
            ...["-inf", file("callers.csv"), "-key", "callee", plan.callee],
            ...["-i", loopback, "-p", String(await freePort()), "-cid_str", "%u-%p@%s"],
            ...["-r", String(plan.callsPerSecond), "-m", String(plan.calls)],
            ...["-l", String(plan.underWay ?? plan.calls)],
            // -aa: answers OPTIONS, by which the bridge asks parties that send no media whether they are there
            ...["-d", String(plan.talkMs), "-recv_timeout", "20000", "-nostdin", "-aa"],
            ...["-trace_stat", "-stf", file("stat.csv"), "-fd", "5"],
            ...(plan.timeline === false ? [] : ["-trace_shortmsg", "-shortmessage_file", file("messages.tsv")]),
            `${plan.target.host ?? loopback}:${plan.target.port}`,
        ],
    });
    await sipp.exited;
    const timeline = plan.timeline === false ? [] : readTimeline(file("messages.tsv"), plan.callers);
    return { ...readCounts(file("stat.csv")), timeline };
}

/** The last line of SIPp's statistics, by the names of its columns. */
function readCounts(path: string): Pick<LoadResult, "attempted" | "failed" | "retransmissions"> {
    const lines = readFileSync(path, "utf8").trim().split("\n");
    const names = (lines[0] ?? "").split(";");
    const values = (lines.at(-1) ?? "").split(";");
    const column = (name: string): number => Number(values[names.indexOf(name)]);
    const attempted = column("TotalCallCreated");
    return {
        attempted,
        failed: attempted - column("SuccessfulCall(C)"),
        retransmissions: column("Retransmissions(C)"),
    };
}

/** SIPp numbers its calls from 1 in the Call-ID; the n-th took the n-th caller in turn. */
function readTimeline(path: string, callers: number): LoadResult["timeline"] {
    const calls = new Map<number, { invite: number; ok: number | undefined }>();
    for (const line of readFileSync(path, "utf8").split("\n")) {
        const [, , seconds, direction, callId, cseq, first] = line.split("\t");
        if (callId === undefined || first === undefined || cseq !== "CSeq:1 INVITE") continue;
        const number = Number.parseInt(callId, 10);
        const at = Number(seconds) * 1000;
        const known = calls.get(number);
        if (direction === "S" && known === undefined) calls.set(number, { invite: at, ok: undefined });
        if (direction === "R" && first.includes(" 200 ") && known !== undefined) known.ok ??= at;
    }
    return [...calls]
        .sort(([a], [b]) => a - b)
        .map(([number, moments]) => ({ caller: callerNumber((number - 1) % callers), ...moments }));
}
