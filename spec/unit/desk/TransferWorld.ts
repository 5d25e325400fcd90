import type { CallId } from "../../../lib/call/vocabulary.ts";
import { CallDesk } from "../../../lib/desk/CallDesk.ts";
import type { RoutedTransfer, TransferRoute } from "../../../lib/desk/transfer/TransferRoutes.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { CallParty } from "../../../lib/numbering/partyText.ts";
import type { CallRequest, CallTarget } from "../../../lib/ports/CallIntake.ts";
import type { LegReport, TransferTarget } from "../../../lib/ports/CallLeg.ts";
import { phone } from "../../support/descriptions.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { FakeLeg } from "../../support/FakeLeg.ts";
import { FakeMediaProxy } from "../../support/FakeMediaProxy.ts";
import { KeptLog, KeptRecorder, KeptTelemetry } from "../../support/quiet.ts";
import { settle } from "../../support/settle.ts";

export const alice = "@alice:example.org" as MatrixUserId;
const bob = "@bob:example.org" as MatrixUserId;
const targetOf = (callee: MatrixUserId): CallTarget => ({
    network: "matrix",
    media: "rtp",
    callee,
    caller: { kind: "anonymous" },
});
const policy = { ringMs: 60_000, maxDurationMs: 3_600_000 };

function requestOf(callId: string, origin: FakeLeg, target: CallTarget): CallRequest {
    const ring = [{ targets: [target], forMs: 60_000 }] as const;
    return { callId: callId as CallId, origin, originMedia: "rtp", offer: phone(), ring, policy };
}

export interface Party {
    readonly leg: FakeLeg;
    readonly says: LegReport;
}

export class TransferWorld {
    readonly media = new FakeMediaProxy();
    readonly routed: RoutedTransfer[] = [];
    /** The called legs, in the order in which they were dialled. */
    readonly dialled: Party[] = [];
    route: TransferRoute = { kind: "targets", targets: [targetOf(bob)] };
    readonly #desk: CallDesk;
    #calls = 0;

    constructor() {
        this.#desk = new CallDesk({
            clock: new FakeClock(),
            log: new KeptLog(),
            telemetry: new KeptTelemetry(),
            recorder: new KeptRecorder(),
            media: this.media,
            maxCalls: 10,
            effectTimeoutMs: 5_000,
        });
        const dialler = {
            dial: (_id: CallId, _target: unknown, says: LegReport) => {
                const leg = new FakeLeg();
                this.dialled.push({ leg, says });
                return leg;
            },
        };
        this.#desk.connect(
            { matrix: dialler, sip: dialler, phone: dialler },
            {
                intake: this.#desk,
                routes: {
                    route: (transfer) => {
                        this.routed.push(transfer);
                        return this.route;
                    },
                },
                newCallId: () => `c${++this.#calls}` as CallId,
            },
        );
    }

    command(callId: string, to: TransferTarget): "placed" | "rejected" {
        return this.#desk.transfer(callId, alice, to);
    }

    end(callId: string): void {
        this.#desk.end(callId as CallId, "hungUp");
    }

    get calls(): number {
        return this.#desk.calls;
    }

    /** A caller takes the place of a party in another call. */
    async takes(place: FakeLeg): Promise<Party> {
        const leg = new FakeLeg();
        const callee = this.#desk.partnerOf(place) ?? { kind: "anonymous" };
        const target = { network: "call", media: "rtp", leg: place, caller: { kind: "anonymous" }, callee } as const;
        const opened = this.#desk.open(requestOf(`c${++this.#calls}`, leg, target));
        if ("refused" in opened) throw new Error(opened.refused);
        await settle();
        return { leg, says: opened.report };
    }

    partnerOf(leg: FakeLeg): CallParty | undefined {
        return this.#desk.partnerOf(leg);
    }

    /** A call between two phones that is connected. */
    async connected(): Promise<{ caller: Party; callee: Party }> {
        const caller = this.#calling();
        return { caller, callee: await this.answers() };
    }

    /** A call whose callee has the offer, and rings. */
    async ringing(): Promise<{ caller: Party; callee: Party }> {
        const caller = this.#calling();
        await settle();
        const callee = this.dialled.at(-1);
        if (callee === undefined) throw new Error("no leg was dialled");
        callee.says({ kind: "ringing" });
        return { caller, callee };
    }

    #calling(): Party {
        const leg = new FakeLeg();
        const opened = this.#desk.open(requestOf(`c${++this.#calls}`, leg, targetOf(alice)));
        if ("refused" in opened) throw new Error(opened.refused);
        return { leg, says: opened.report };
    }

    /** The leg that was dialled last answers. */
    async answers(): Promise<Party> {
        await settle();
        const party = this.dialled.at(-1);
        if (party === undefined) throw new Error("no leg was dialled");
        party.says({ kind: "answered", sdp: phone({ port: 40_002 }) });
        await settle();
        return party;
    }
}

export function asksFor({ says }: Party, to: TransferTarget): void {
    says({ kind: "transferRequested", request: { by: { kind: "user", user: alice }, to } });
}

export const toBob: TransferTarget = { kind: "user", user: bob };
