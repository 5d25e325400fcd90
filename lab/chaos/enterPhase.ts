import { ChaosCall } from "./ChaosCall.ts";
import type { CallPhase } from "./cells.ts";
import type { MatrixClientPage } from "../world/MatrixClientPage.ts";
import type { World } from "../world/World.ts";

/** Brings a new call into a phase. What happens in the phase is under way when this resolves, and is not waited for. */
export async function enterPhase(phase: CallPhase, world: World, client: MatrixClientPage): Promise<ChaosCall> {
    const call = await (phase === "ringing out"
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
