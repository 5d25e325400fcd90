import type { Administration, PartKind, PartStatus } from "../Administration.ts";

/** Whether the bridge can place and accept calls, with every reason why not. */
export interface Readiness {
    readonly ready: boolean;
    readonly reasons: readonly string[];
    readonly service: "accepting" | "draining";
    readonly parts: readonly PartStatus[];
}

/** Parts without which no call is possible. One rtpengine instance is enough. */
const NEEDED: readonly PartKind[] = ["homeserver", "sip_server"];

/** Evaluates the parts for `/ready`. Pure. */
export function readinessOf({ service, parts: read }: Pick<Administration, "service" | "parts">): Readiness {
    const parts = read();
    const engines = parts.filter(({ kind }) => kind === "rtpengine");
    const reasons = [
        ...parts.filter(({ kind, state }) => NEEDED.includes(kind) && state === "down").map(reasonOf),
        ...(engines.length > 0 && engines.every(({ state }) => state === "down")
            ? ["no rtpengine instance responds"]
            : []),
        ...(service.state === "draining" ? ["draining: new calls are rejected"] : []),
    ];
    return { ready: reasons.length === 0, reasons, service: service.state, parts };
}

function reasonOf({ name, reason }: PartStatus): string {
    return reason === undefined ? `${name} is down` : `${name} is down: ${reason}`;
}
