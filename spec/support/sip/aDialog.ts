import type { DialogParts } from "../../../lib/sip/dialog/DialogParts.ts";
import { SipDialog } from "../../../lib/sip/dialog/SipDialog.ts";
import { SipCalls } from "../../../lib/sip/SipCalls.ts";
import { FakeClock } from "../FakeClock.ts";
import { KeptLog } from "../quiet.ts";

/** A connected dialog of the called party, with parts that a spec replaces as it needs. */
export function aDialog(
    parts: Pick<DialogParts, "stack" | "local" | "remote" | "report"> & Partial<DialogParts>,
): SipDialog {
    return new SipDialog({
        calls: new SipCalls(),
        clock: new FakeClock(),
        userAgent: "spec/1",
        random: () => 0.5,
        role: "callee",
        timer: { "Session-Expires": "1800;refresher=uac" },
        log: new KeptLog(),
        dialogId: "d1",
        digest: undefined,
        duty: undefined,
        headers: {},
        peer: "trunk",
        copy: {
            callId: "c1",
            local: "<sip:a@h>;tag=1",
            remote: "<sip:b@h>;tag=2",
            target: "sip:b@h",
            route: [],
            cseq: 1,
        },
        ack: "received",
        onEnded: () => undefined,
        ...parts,
    });
}
