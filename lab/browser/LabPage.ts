// What the page in the lab's browser can be asked to do: the page implements it (page.ts), MatrixClientPage calls it from
// outside. Types only, plain data only: everything crosses the border between the two as JSON.
import type { Colour } from "../picture/colours.ts";
import type { Picture } from "../picture/pattern.ts";
import type { MatrixDevice } from "../world/matrixRequest.ts";
/** What a browser in the lab has instead of hardware. */
export interface LabDevices {
    /** The tone its microphone hears, in Hz. */
    readonly toneHz: number;
    /** The colour that its camera shows. */
    readonly camera?: Colour;
    /** The colour of its screen. */
    readonly screen?: Colour;
}

export interface LoginOptions extends LabDevices {
    /** Joins every room the user is invited to, as a person would who expects a call. */
    readonly joinsOnInvite: boolean;
    /** When it finds its ICE candidates: some of them before its description goes out, if left out, or all after it. */
    readonly candidates?: "afterDescription";
}

/** The states of a call in matrix-js-sdk. */
export type ClientCallState =
    | "fledgling"
    | "invite_sent"
    | "wait_local_media"
    | "create_offer"
    | "create_answer"
    | "connecting"
    | "connected"
    | "ringing"
    | "ended";

/** A call as one device sees it. */
export interface ClientCall {
    readonly callId: string;
    readonly roomId: string;
    readonly direction: "inbound" | "outbound";
    readonly state: ClientCallState;
    /** Each state it went through, with the time in ms since the epoch. */
    readonly history: readonly { readonly state: ClientCallState; readonly at: number }[];
    /** Who is on the other side, once known: user id and the name shown. */
    readonly opponent: { readonly userId: string; readonly name: string } | null;
    /** Why it ended, in matrix-js-sdk's words; null while it goes on. */
    readonly endReason: string | null;
}

/** An event of any room the user is in, as the client received it. */
export interface SeenEvent {
    readonly at: number;
    readonly roomId: string;
    readonly eventId: string;
    readonly type: string;
    readonly stateKey: string | null;
    readonly sender: string;
    readonly content: Readonly<Record<string, unknown>>;
}

export interface ThirdPartyUser {
    readonly userid: string;
    readonly protocol: string;
    readonly fields: Readonly<Record<string, unknown>>;
}

/** SHA-256 fingerprints of the certificates two parties showed each other. */
export interface DtlsCertificates {
    readonly own: string;
    readonly other: string;
}

export interface LabPage {
    /** Starts the client; resolves once the first sync is through. */
    login(device: MatrixDevice, options: LoginOptions): Promise<void>;
    joinRoom(roomId: string): Promise<void>;
    leaveRoom(roomId: string): Promise<void>;
    /** Makes an unencrypted direct chat, as Element does; resolves to its id once the invitee is seen in it. */
    createDirectRoom(userId: string): Promise<string>;
    lookUpNumber(protocol: string, number: string): Promise<readonly ThirdPartyUser[]>;
    /** What Element's dial pad does with a number; resolves to the call's id once the invite is on its way. */
    dialNumber(number: string, camera: "on" | "off"): Promise<string>;
    invite(roomId: string, userId: string): Promise<void>;
    /** Writes a text message. */
    write(roomId: string, body: string): Promise<void>;
    /** Sends a message of any content; resolves to the ID of its event. */
    send(roomId: string, content: Readonly<Record<string, unknown>>): Promise<string>;
    placeCall(roomId: string): Promise<string>;
    placeVideoCall(roomId: string): Promise<string>;
    answer(callId: string, camera: "on" | "off"): Promise<void>;
    /** Turns the camera on or off, which adds video to a call that has none. */
    setCamera(callId: string, camera: "on" | "off"): Promise<void>;
    setScreenShared(callId: string, shared: boolean): Promise<void>;
    /** The picture of the other side's camera; null before the first one. */
    look(callId: string): Promise<Picture | null>;
    /** How many pictures it has sent that need no other one. */
    keyFramesSent(callId: string): Promise<number>;
    reject(callId: string): Promise<void>;
    /** @param reason in Matrix's words; what a person's hang-up button says if not given */
    hangUp(callId: string, reason?: "user_hangup" | "user_busy"): Promise<void>;
    /** Mutes or unmutes the microphone. */
    setMuted(callId: string, muted: boolean): Promise<void>;
    /** Holds or resumes the call with the client's own function. */
    setHeld(callId: string, held: boolean): Promise<void>;
    /** Transfers the call to a user, with the client's own function: the client leaves the call. */
    transfer(callId: string, userId: string): Promise<void>;
    /** Connects the other parties of two calls, with the client's own function: the client leaves both. */
    transferToCall(callId: string, targetCallId: string): Promise<void>;
    /** Presses keys on the client's dial pad, each when the one before has been sent. */
    pressKeys(callId: string, digits: string): Promise<void>;
    /** Whether the client shows that the other party holds the call. */
    isHeldByOther(callId: string): Promise<boolean>;
    calls(): Promise<readonly ClientCall[]>;
    /** @param after how many of the events, from the oldest on, are left out */
    events(after: number): Promise<readonly SeenEvent[]>;
    /** The frequency of the other side's sound during the last half second; null if silent or not connected. */
    heardHz(callId: string): Promise<number | null>;
    /** Whose certificates the sound of a call is encrypted with. */
    certificates(callId: string): Promise<DtlsCertificates | undefined>;
}
