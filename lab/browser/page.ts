// The Matrix client in the lab's browser: matrix-js-sdk, the call code inside Element, behind the commands of LabPage.
import { ClientEvent, createClient, EventType, Preset, RoomMemberEvent } from "matrix-js-sdk";
import { CallEventHandlerEvent } from "matrix-js-sdk/lib/webrtc/callEventHandler";
import type { MatrixClient, MatrixEvent } from "matrix-js-sdk";
import type { RoomMessageEventContent } from "matrix-js-sdk/lib/types";
import type { MatrixDevice } from "../world/matrixRequest.ts";
import type { Picture } from "../picture/pattern.ts";
import { acceptInvitation } from "./acceptInvitation.ts";
import { CallBook } from "./CallBook.ts";
import { dtlsCertificates } from "./dtlsCertificates.ts";
import { keyFramesSent } from "./keyFrames.ts";
import { installLateCandidates } from "./lateCandidates.ts";
import { installLabDevices } from "./labDevices.ts";
import type { DtlsCertificates, LabPage, LoginOptions, SeenEvent } from "./LabPage.ts";

/** How long Element waits for the other member before it places a call into a new room. */
const memberWaitMs = 1_500;
const pstnProtocol = "m.protocol.pstn";

class Client implements LabPage {
    readonly #calls = new CallBook();
    readonly #events: SeenEvent[] = [];
    #client: MatrixClient | undefined;

    async login(device: MatrixDevice, options: LoginOptions): Promise<void> {
        installLabDevices(options);
        if (options.candidates === "afterDescription") installLateCandidates();
        const client = createClient({
            baseUrl: device.homeserverUrl,
            userId: device.userId,
            accessToken: device.accessToken,
            deviceId: device.deviceId,
        });
        this.#client = client;
        client.on(ClientEvent.Event, (event) => this.#record(event));
        client.on(CallEventHandlerEvent.Incoming, (call) => this.#calls.add(call));
        client.on(RoomMemberEvent.Membership, (_, member) => {
            const invited = member.userId === device.userId && member.membership === "invite";
            if (invited && options.joinsOnInvite) void acceptInvitation(() => client.joinRoom(member.roomId));
        });
        const synced = new Promise<void>((resolve) => {
            client.on(ClientEvent.Sync, (state) => {
                if (state === "PREPARED") resolve();
            });
        });
        await client.startClient({ initialSyncLimit: 10 });
        await synced;
    }

    async joinRoom(roomId: string): Promise<void> {
        await this.#loggedIn().joinRoom(roomId);
    }

    async leaveRoom(roomId: string): Promise<void> {
        await this.#loggedIn().leave(roomId);
    }

    async createDirectRoom(userId: string): Promise<string> {
        const client = this.#loggedIn();
        const { room_id: roomId } = await client.createRoom({
            preset: Preset.TrustedPrivateChat,
            invite: [userId],
            is_direct: true,
        });
        const rooms = this.#directRooms();
        await client.setAccountData(EventType.Direct, { ...rooms, [userId]: [...(rooms[userId] ?? []), roomId] });
        await this.#memberSeen(roomId, userId);
        return roomId;
    }

    async lookUpNumber(protocol: string, number: string): ReturnType<LabPage["lookUpNumber"]> {
        const users = await this.#loggedIn().getThirdpartyUser(protocol, { "m.id.phone": number });
        return users.map(({ userid, protocol: of, fields }) => ({ userid, protocol: of, fields: { ...fields } }));
    }

    async dialNumber(number: string, camera: "on" | "off"): Promise<string> {
        const [found] = await this.lookUpNumber(pstnProtocol, number);
        if (found === undefined) throw new Error(`the lookup of ${number} returned no user`);
        const known = this.#directRooms()[found.userid]?.at(-1);
        const room = known ?? (await this.createDirectRoom(found.userid));
        return camera === "on" ? this.placeVideoCall(room) : this.placeCall(room);
    }

    async invite(roomId: string, userId: string): Promise<void> {
        await this.#loggedIn().invite(roomId, userId);
    }

    async write(roomId: string, body: string): Promise<void> {
        await this.#loggedIn().sendTextMessage(roomId, body);
    }

    async send(roomId: string, content: Readonly<Record<string, unknown>>): Promise<string> {
        return (await this.#loggedIn().sendMessage(roomId, content as unknown as RoomMessageEventContent)).event_id;
    }

    async placeCall(roomId: string): Promise<string> {
        const call = this.#loggedIn().createCall(roomId);
        if (call === null) throw new Error("this browser cannot make calls");
        this.#calls.add(call);
        await call.placeVoiceCall();
        return call.callId;
    }

    async placeVideoCall(roomId: string): Promise<string> {
        const call = this.#loggedIn().createCall(roomId);
        if (call === null) throw new Error("this browser cannot make calls");
        this.#calls.add(call);
        await call.placeVideoCall();
        return call.callId;
    }

    async answer(callId: string, camera: "on" | "off"): Promise<void> {
        const call = this.#calls.call(callId);
        // matrix-js-sdk would go on with a call that has ended, and never end it again
        if (call.callHasEnded()) throw new Error("the call has ended");
        await call.answer(true, camera === "on");
    }

    async setCamera(callId: string, camera: "on" | "off"): Promise<void> {
        await this.#calls.call(callId).setLocalVideoMuted(camera === "off");
    }

    async setScreenShared(callId: string, shared: boolean): Promise<void> {
        await this.#calls.call(callId).setScreensharingEnabled(shared);
    }

    look(callId: string): Promise<Picture | null> {
        return Promise.resolve(this.#calls.look(callId));
    }

    keyFramesSent(callId: string): Promise<number> {
        return keyFramesSent(this.#calls.call(callId).peerConn);
    }

    reject(callId: string): Promise<void> {
        this.#calls.call(callId).reject();
        return Promise.resolve();
    }

    hangUp(callId: string, reason = "user_hangup"): Promise<void> {
        const call = this.#calls.call(callId);
        // The SDK's own enum of reasons has these values.
        call.hangup(reason as Parameters<typeof call.hangup>[0], false);
        return Promise.resolve();
    }

    async setMuted(callId: string, muted: boolean): Promise<void> {
        await this.#calls.call(callId).setMicrophoneMuted(muted);
    }

    setHeld(callId: string, held: boolean): Promise<void> {
        this.#calls.call(callId).setRemoteOnHold(held);
        return Promise.resolve();
    }

    async transfer(callId: string, userId: string): Promise<void> {
        await this.#calls.call(callId).transfer(userId);
    }

    async transferToCall(callId: string, targetCallId: string): Promise<void> {
        await this.#calls.call(callId).transferToCall(this.#calls.call(targetCallId));
    }

    async pressKeys(callId: string, digits: string): Promise<void> {
        const call = this.#calls.call(callId);
        for (const digit of digits) {
            const sender = call.peerConn?.getSenders().find(({ dtmf }) => dtmf !== null)?.dtmf;
            if (!sender) throw new Error("the call has no sender of digits");
            const sent = new Promise<void>((resolve) => {
                sender.ontonechange = ({ tone }) => tone === "" && resolve();
            });
            call.sendDtmfDigit(digit);
            await sent;
        }
    }

    isHeldByOther(callId: string): Promise<boolean> {
        return Promise.resolve(this.#calls.call(callId).isLocalOnHold());
    }

    calls(): ReturnType<LabPage["calls"]> {
        return Promise.resolve(this.#calls.list());
    }

    events(after: number): ReturnType<LabPage["events"]> {
        return Promise.resolve(this.#events.slice(after));
    }

    heardHz(callId: string): Promise<number | null> {
        return Promise.resolve(this.#calls.heardHz(callId));
    }

    async certificates(callId: string): Promise<DtlsCertificates | undefined> {
        const { peerConn } = this.#calls.call(callId);
        return peerConn && dtlsCertificates(peerConn);
    }

    #loggedIn(): MatrixClient {
        if (this.#client === undefined) throw new Error("login comes first");
        return this.#client;
    }

    #directRooms(): Record<string, string[]> {
        return this.#loggedIn().getAccountData(EventType.Direct)?.getContent() ?? {};
    }

    #record(event: MatrixEvent): void {
        this.#events.push({
            at: Date.now(),
            roomId: event.getRoomId() ?? "",
            eventId: event.getId() ?? "",
            type: event.getType(),
            stateKey: event.getStateKey() ?? null,
            sender: event.getSender() ?? "",
            content: event.getContent(),
        });
    }

    /** Resolves when a member, even one only invited, shows up in a room, or after Element's timeout. */
    #memberSeen(roomId: string, userId: string): Promise<void> {
        const client = this.#loggedIn();
        const seen = (): boolean => (client.getRoom(roomId)?.getMember(userId) ?? null) !== null;
        return new Promise((resolve) => {
            const finish = (): void => {
                client.off(RoomMemberEvent.Membership, check);
                clearTimeout(timer);
                resolve();
            };
            const check = (): void => {
                if (seen()) finish();
            };
            const timer = setTimeout(finish, memberWaitMs);
            client.on(RoomMemberEvent.Membership, check);
            check();
        });
    }
}

Object.assign(globalThis, { lab: new Client() });
