import { expect, it } from "vitest";
import { Inheritance } from "../../../../lib/sip/dialog/Inheritance.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import type { OutgoingRequest, SipStack } from "../../../../lib/sip/SipStack.ts";
import { KeptLog } from "../../../support/quiet.ts";

interface Seen {
    readonly hungUp: string[];
    readonly lost: string[];
    readonly responses: (readonly [string, number])[];
    readonly sent: string[];
}

/** The calls of a bridge that has resumed these dialogs. */
function resumed(...dialogIds: readonly string[]): { readonly inheritance: Inheritance; readonly seen: Seen } {
    const seen: Seen = { hungUp: [], lost: [], responses: [], sent: [] };
    const calls = new SipCalls();
    for (const id of dialogIds) {
        const dialog = {
            handle: () => undefined,
            lost: () => {
                seen.lost.push(id);
                return undefined;
            },
            hungUp: () => {
                seen.hungUp.push(id);
                calls.removeDialog(id, dialog);
            },
        };
        calls.addDialog(id, dialog);
    }
    const stack: SipStack = {
        send: ({ method, dialogId }: OutgoingRequest) => {
            seen.sent.push(`${method} ${dialogId ?? ""}`);
            return Promise.reject(new Error("not needed"));
        },
    };
    const inherited = {
        respondTo: (id: string, { status }: { readonly status: number }) => {
            seen.responses.push([id, status]);
            return Promise.resolve();
        },
        respondToLost: () => Promise.resolve(),
        heldDelivered: () => Promise.resolve(),
        cancelSent: () => Promise.resolve(),
    };
    return { inheritance: new Inheritance({ stack, inherited, calls, userAgent: "bridge", log: new KeptLog() }), seen };
}

const bye = { id: "t1", direction: "inbound", method: "BYE", callId: "a" } as const;

it("answers a BYE that only the previous run received, and reports that the phone hung up", async () => {
    const { inheritance, seen } = resumed("a;from-tag=1", "b;from-tag=2");
    inheritance.take({ dialogs: ["a;from-tag=1", "b;from-tag=2"], transactions: [bye], more: false });
    await Promise.resolve();
    expect(seen).toEqual({ hungUp: ["a;from-tag=1"], lost: [], responses: [["t1", 200]], sent: [] });
});

it("takes a dialog for lost that the server does not hold, if no BYE of it waits", async () => {
    const { inheritance, seen } = resumed("a;from-tag=1", "b;from-tag=2");
    inheritance.take({ dialogs: ["b;from-tag=2"], transactions: [], more: false });
    await Promise.resolve();
    expect(seen).toMatchObject({ hungUp: [], lost: ["a;from-tag=1"], responses: [] });
});
