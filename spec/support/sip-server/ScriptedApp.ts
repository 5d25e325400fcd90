import type {
    EngineListener,
    IncomingCancel,
    IncomingRequest,
    IncomingResponse,
    LostConnection,
    SipEngine,
    UnsolicitedBye,
} from "../../../lib/sip-server/engine/SipEngine.ts";
import type { CallRecord } from "../../../lib/sip-server/engine/CallRecord.ts";
import { titleOf } from "./MemoryNetwork.ts";

/** What an application does about a request. Undefined: nothing, but it takes it. */
export type RequestScript = (request: IncomingRequest, engine: SipEngine) => void;

/** An application above an engine: remembers all events, and does what its scripts say. */
export class ScriptedApp implements EngineListener {
    readonly requests: IncomingRequest[] = [];
    readonly responses: IncomingResponse[] = [];
    readonly cancels: IncomingCancel[] = [];
    readonly byes: UnsolicitedBye[] = [];
    readonly records: CallRecord[] = [];
    readonly madeDialogs: [dialogId: string, transactionId: string][] = [];
    readonly endedDialogs: string[] = [];
    readonly unanswered: string[] = [];
    /** Everything told, in order: `INVITE`, `180 INVITE`, `cancel`, `bye: ACK timeout`. */
    readonly told: string[] = [];
    onRequestDo: RequestScript = () => undefined;
    onResponseDo: (response: IncomingResponse, engine: SipEngine) => void = () => undefined;
    takes = true;
    #engine: SipEngine | undefined;

    control(engine: SipEngine): void {
        this.#engine = engine;
    }

    onRequest(request: IncomingRequest): boolean {
        if (!this.takes) return false;
        this.requests.push(request);
        this.told.push(titleOf(request.message));
        if (this.#engine !== undefined) this.onRequestDo(request, this.#engine);
        return true;
    }

    onResponse(response: IncomingResponse): void {
        this.responses.push(response);
        this.told.push(titleOf(response.message));
        if (this.#engine !== undefined) this.onResponseDo(response, this.#engine);
    }

    onCancel(cancel: IncomingCancel): void {
        this.cancels.push(cancel);
        this.told.push("cancel");
    }

    onUnsolicitedBye(bye: UnsolicitedBye): void {
        this.byes.push(bye);
        this.told.push(`bye: ${bye.reason}`);
    }

    onUnanswered(transactionId: string): void {
        this.unanswered.push(transactionId);
    }

    onDialogMade(dialogId: string, transactionId: string): void {
        this.madeDialogs.push([dialogId, transactionId]);
    }

    onDialogEnded(dialogId: string): void {
        this.endedDialogs.push(dialogId);
    }

    onConnectionLost(lost: LostConnection): void {
        this.told.push(`connection lost: ${lost.callId}`);
    }

    onCallRecord(record: CallRecord): void {
        this.records.push(record);
    }
}
