import type { Administration, NumberStatus } from "../../lib/admin/Administration.ts";
import type { Change, NewChange } from "../../lib/admin/changes/Change.ts";

/** An administration without calls that keeps changes, and can read numbers that begin with +. */
export function aFakeAdministration(
    changes: Partial<Administration> = {},
): Administration & { readonly hungUp: string[] } {
    const made: Change[] = [];
    const hungUp: string[] = [];
    const service = { state: "accepting" as "accepting" | "draining" };
    return {
        hungUp,
        version: "1.2.3",
        node: "v24",
        startedAt: 0,
        calls: {
            live: () => [],
            hangUp: (callId) => {
                hungUp.push(callId);
                return true;
            },
            history: () => [],
            perHour: () => [],
            find: () => undefined,
            messages: () => undefined,
            verbs: {},
        },
        trunks: { all: () => [], register: () => false, probe: () => false },
        phones: { all: () => [], drop: () => Promise.resolve() },
        routing: {
            number: (text): NumberStatus | undefined =>
                /^\+[0-9]+$/.test(text) ? { canonical: text, reaches: undefined, outboundTrunks: [] } : undefined,
            route: () => undefined,
            faultOfRule: () => undefined,
            callerIdOn: () => undefined,
            openRoom: () => Promise.resolve(undefined),
        },
        testCalls: {
            plan: () => ({ kind: "impossible", reason: "no trunk", advice: "none" }),
            place: () => Promise.resolve({ kind: "impossible", reason: "no trunk", advice: "none" }),
        },
        changes: {
            all: () => made,
            add: (change: NewChange) => {
                const added: Change = { ...change, id: made.length + 1, madeAt: 0 };
                made.push(added);
                return Promise.resolve(added);
            },
            undo: (id) => {
                const index = made.findIndex((change) => change.id === id);
                if (index >= 0) made.splice(index, 1);
                return Promise.resolve(index >= 0);
            },
        },
        service: {
            get state() {
                return service.state;
            },
            drain: () => void (service.state = "draining"),
            resume: () => void (service.state = "accepting"),
            configuration: () => "homeserver: {}",
            compare: () => ({ kind: "valid", applied: [], needRestart: [] }),
            reload: () => ({ kind: "valid", applied: [], needRestart: [] }),
            logLevel: "info",
            setLogLevel: () => undefined,
        },
        limits: () => [],
        parts: () => [],
        ...changes,
    };
}
