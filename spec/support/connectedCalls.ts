import { numbers, type World } from "../../lab/world/World.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import type { SippPhone } from "../../lab/world/SippPhone.ts";
import { tones } from "./callEnd.ts";

export interface ConnectedCall {
    readonly phone: SippPhone;
    readonly callId: string;
}

/** A phone that calls alice. */
export const toAlice = { toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` };

/** A phone calls alice, who answers; resolves once both are connected. */
export async function inboundCall(world: World, alice: MatrixClientPage): Promise<ConnectedCall> {
    const phone = await world.phoneCalls(toAlice);
    const { callId } = await alice.awaitRinging();
    await alice.answer(callId);
    await phone.isAnswered();
    await alice.awaitState(callId, "connected");
    return { phone, callId };
}
