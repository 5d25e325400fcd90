import { expect } from "vitest";
import type { Offered, OutgoingCalls } from "./OutgoingCalls.ts";

/** A response: its status, the tag of the phone, and what it has beyond. `reliable`: it has to be acknowledged (RFC 3262). */
export type Step = readonly [
    status: number,
    tag: string,
    more?: { readonly body?: string; readonly reliable?: number },
];

const PHRASES: Readonly<Record<number, string>> = {
    180: "Ringing",
    183: "Session Progress",
    199: "Early Dialog Terminated",
};

/** The phone sends these responses, and the bridge each PRACK that is due. */
export async function progresses(
    phone: OutgoingCalls["phone"],
    { invite }: Offered,
    steps: readonly Step[],
): Promise<void> {
    for (const [status, tag, { body, reliable } = {}] of steps) {
        const headers = reliable === undefined ? [] : ["Require: 100rel", `RSeq: ${reliable}`];
        phone.respond(invite, status, PHRASES[status] ?? "OK", {
            tag,
            headers,
            ...(body !== undefined && { body }),
        });
        if (reliable === undefined) continue;
        const prack = await phone.next("PRACK");
        expect(prack.header("rack")).toBe(`${reliable} ${invite.header("cseq")}`);
        expect(prack.header("to")).toContain(`tag=${tag}`);
    }
}
