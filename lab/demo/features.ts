import { until } from "../world/until.ts";
import { numbers, type World } from "../world/World.ts";
import type { SippPhone } from "../world/SippPhone.ts";
import type { MatrixClientPage } from "../world/MatrixClientPage.ts";
import { tones } from "./calls.ts";

/** What was observed within a call. The names of the fields are those of `npm run demo -- --json`. */
export interface FeatureProof {
    /** The phone held the call, Alice's client showed it, and both heard each other again afterwards. */
    readonly hold: boolean;
    /** Digits of Alice's keypad reached the phone complete, in order and once. */
    readonly keys: boolean;
    /** A party was connected with somebody else. */
    readonly transfer: boolean;
    /** Both parties saw each other. */
    readonly video: boolean;
}

export const noFeatures: FeatureProof = { hold: false, keys: false, transfer: false, video: false };

const digits = "1122**##00";

/** Alice's client transfers her call to Carol, and Carol and the phone hear each other. */
async function transferred(
    world: World,
    alice: MatrixClientPage,
    { phone, callId }: { readonly phone: SippPhone; readonly callId: string },
): Promise<boolean> {
    const carol = await world.openClient("carol", { toneHz: tones.carol });
    await alice.transfer(callId, carol.device.userId);
    const call = await carol.awaitRinging();
    await carol.answer(call.callId);
    phone.tone.forget();
    await Promise.all([phone.tone.hears(tones.carol), carol.hears(call.callId, tones.phone)]);
    await carol.hangUp(call.callId);
    await phone.isHungUp();
    return true;
}

/** Alice calls a phone once more, for what happens within a call. Never rejects: what was not observed is false. */
export async function featuresWithinCall(world: World, alice: MatrixClientPage): Promise<FeatureProof> {
    let proof = noFeatures;
    try {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        await phone.isCalled();
        await phone.answer();
        await alice.awaitState(callId, "connected");
        const hearEachOther = () => Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await hearEachOther();

        await alice.pressKeys(callId, digits);
        const heard = (): string | undefined =>
            phone.tone.heardDigits.length >= digits.length ? phone.tone.heardDigits : undefined;
        proof = { ...proof, keys: (await until(heard, { what: "the digits", timeoutMs: 10_000 })) === digits };

        await phone.reoffer("sendonly");
        await alice.awaitHeldByOther(callId, true);
        await phone.reoffer("sendrecv");
        await alice.awaitHeldByOther(callId, false);
        phone.tone.forget();
        await hearEachOther();
        proof = { ...proof, hold: true };

        proof = { ...proof, transfer: await transferred(world, alice, { phone, callId }) };
        await phone.isDone();
        await world.rtpengine.drained();
    } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
    }
    await world.stopPhones();
    return proof;
}
