import { ChaosCall } from "./ChaosCall.ts";
import type { CallPhase } from "./cells.ts";
import type { MatrixClientPage } from "../world/MatrixClientPage.ts";
import type { World } from "../world/World.ts";

/** The devices of Matrix users. */
export interface ChaosClients {
    readonly client: MatrixClientPage;
    /** That of the user to whom calls are transferred. */
    readonly target: () => Promise<MatrixClientPage>;
}

/** Brings a new call into a phase. What happens in the phase is under way when this resolves, and is not waited for. */
export async function enterPhase(phase: CallPhase, world: World, parts: ChaosClients): Promise<ChaosCall> {
    const { client } = parts;
    // a call that the bridge places, because only trunks can transfer calls
    const call = await (phase === "ringing out" || phase === "transferring"
        ? ChaosCall.ringingOut(world, client)
        : ChaosCall.ringingIn(world, client));
    switch (phase) {
        case "ringing in":
        case "ringing out":
            return call;
        case "answering":
            await call.answer();
            return call;
        case "connected":
            await connect(call);
            return call;
        case "changing":
            await connect(call);
            underWay(call.phone.reoffer("sendrecv"));
            return call;
        case "held":
            await connect(call);
            await call.hold();
            return call;
        case "transferring":
            await connect(call);
            await call.transferTo(await parts.target());
            return call;
        case "hanging up":
            await connect(call);
            underWay(call.phone.hangUp());
            return call;
    }
}

async function connect(call: ChaosCall): Promise<void> {
    await call.answer();
    await call.connected();
}

/** Whether it succeeds is seen in what the parties show afterwards. */
function underWay(action: Promise<unknown>): void {
    action.catch(() => undefined);
}
