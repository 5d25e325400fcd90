import { numbers } from "../world/World.ts";
import { CallRecord } from "./CallProof.ts";
import type { ClientCall, ClientCallState } from "../browser/LabPage.ts";
import type { MatrixClientPage } from "../world/MatrixClientPage.ts";
import type { SippPhone } from "../world/SippPhone.ts";
import type { World } from "../world/World.ts";

/** What each side plays, in Hz; far enough apart to be told from each other's harmonics and echoes. */
export const tones = { phone: 620, alice: 440, carol: 520 } as const;

const phoneName = "phone";
const aliceName = "Alice";

/** A phone calls Alice's number; she picks up; the phone hangs up. */
export function callFromSip(world: World, alice: MatrixClientPage): Promise<CallRecord> {
    return recorded(async (record) => {
        const phone = await world.phoneCalls({ toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` });
        const ringing = await alice.awaitRinging();
        const dialled = phone.trace.messages()[0]?.at ?? new Date();
        record.tell(phoneName, `dials ${numbers.alice}, Alice's number`, dialled);
        record.tell(aliceName, `her browser rings and shows "${nameOf(ringing)}"`, timeOf(ringing, "ringing"));
        await alice.answer(ringing.callId);
        record.tell(phoneName, "receives 180 Ringing", (await phone.isRinging()).at);
        const answered = await phone.isAnswered();
        record.tell(phoneName, "is connected", answered.at);
        record.setupMs = answered.at.getTime() - dialled.getTime();
        const connected = await alice.awaitState(ringing.callId, "connected");
        record.tell(aliceName, "picks up", timeOf(connected, "create_answer"));
        record.tell(aliceName, "is connected", timeOf(connected, "connected"));
        await listen(record, phone, alice, ringing.callId);

        await phone.hangUp();
        record.tell(phoneName, "hangs up");
        const ended = await alice.awaitState(ringing.callId, "ended");
        record.tell(aliceName, "sees that the call has ended", timeOf(ended, "ended"));
        await finish(record, world, phone);
    });
}

/** Alice dials a number, as with Element's dial pad; the phone picks up; Alice hangs up. */
export function callFromMatrix(world: World, alice: MatrixClientPage): Promise<CallRecord> {
    return recorded(async (record) => {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        record.tell(aliceName, `dials ${numbers.phone} on her dial pad`);
        const dialled = Date.now();
        const callId = await alice.dialNumber(numbers.phone);
        const invite = await phone.isCalled();
        record.tell(phoneName, "rings", invite.at);
        await phone.answer();
        record.tell(phoneName, "picks up");
        const connected = await alice.awaitState(callId, "connected");
        record.tell(aliceName, "is connected", timeOf(connected, "connected"));
        record.setupMs = timeOf(connected, "connected") - dialled;
        await listen(record, phone, alice, callId);

        await alice.hangUp(callId);
        record.tell(aliceName, "hangs up");
        record.tell(phoneName, "receives the end of the call", (await phone.isHungUp()).at);
        await finish(record, world, phone);
    });
}

async function recorded(call: (record: CallRecord) => Promise<void>): Promise<CallRecord> {
    const record = new CallRecord();
    try {
        await call(record);
    } catch (error) {
        record.failure = error;
        record.tell("demo", "stopped: the call did not proceed as expected");
    }
    return record;
}

/** Measures the audio at both ends at the same time. */
async function listen(record: CallRecord, phone: SippPhone, alice: MatrixClientPage, callId: string): Promise<void> {
    const heard = await Promise.allSettled([
        phone.tone.hears(tones.alice).then((hz) => {
            record.heardBySipHz = Math.round(hz);
            record.tell(phoneName, `hears Alice's tone: ${Math.round(hz)} Hz (she plays ${tones.alice} Hz)`);
        }),
        alice.hears(callId, tones.phone).then((hz) => {
            record.heardByMatrixHz = Math.round(hz);
            record.tell(aliceName, `hears the phone's tone: ${Math.round(hz)} Hz (it plays ${tones.phone} Hz)`);
        }),
    ]);
    const failed = heard.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
}

async function finish(record: CallRecord, world: World, phone: SippPhone): Promise<void> {
    await phone.isDone();
    await world.rtpengine.drained();
    record.tell("rtpengine", "has no session left");
    await world.stopPhones();
}

function timeOf(call: ClientCall, state: ClientCallState): number {
    return call.history.find((passed) => passed.state === state)?.at ?? Date.now();
}

function nameOf(call: ClientCall): string {
    return call.opponent?.name ?? "an unnamed contact";
}
