import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const report = z.object({
    pid: z.number(),
    control: z.object({ host: z.string(), port: z.number() }),
    sip: z.array(
        z.object({ transport: z.enum(["udp", "tcp", "tls", "ws", "wss"]), host: z.string(), port: z.number() }),
    ),
    metrics: z
        .object({ host: z.string(), port: z.number() })
        .nullish()
        .transform((metrics) => metrics ?? undefined),
    arguments: z.array(z.string()).optional(),
});

/** Where a SIP server listens, and how it was started. */
export type ServerReport = z.infer<typeof report>;

/** Reads the line that the server writes once everything is bound. @throws Error for another one */
export function readServerReport(line: string): ServerReport {
    const { data } = report.safeParse(JSON.parse(line));
    if (data === undefined) throw new Error(`unexpected report: ${line}`);
    return data;
}

/** The files by which the next bridge finds a SIP server that outlived the last one. Only their owner can read them. */
export class ServerFolder {
    readonly stateFile: string;
    readonly secretFile: string;

    constructor(folder: string) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        this.stateFile = join(folder, "sip-server.json");
        this.secretFile = join(folder, "sip-server.secret");
    }

    /** The secret between bridge and server, made at the first start. @throws the system's error */
    secret(): string {
        try {
            const secret = readFileSync(this.secretFile, "utf8").trim();
            chmodSync(this.secretFile, 0o600);
            if (/^[\w-]{32,}$/.test(secret)) return secret;
        } catch (reason) {
            if (!(reason instanceof Error && "code" in reason && reason.code === "ENOENT")) throw reason;
        }
        const secret = randomBytes(24).toString("base64url");
        writeFileSync(this.secretFile, `${secret}\n`, { mode: 0o600 });
        return secret;
    }

    /** What the server wrote that was started last; undefined if it has removed it, or it is unreadable. */
    lastServer(): ServerReport | undefined {
        try {
            return readServerReport(readFileSync(this.stateFile, "utf8"));
        } catch {
            return undefined;
        }
    }
}
