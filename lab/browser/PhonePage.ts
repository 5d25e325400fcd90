// What the page with a SIP phone can be asked to do: the page implements it (phone.ts), JsSipPage calls it from outside.
// Types only, plain data only, as in LabPage.ts.

import type { Picture } from "../picture/pattern.ts";
import type { DtlsCertificates, LabDevices } from "./LabPage.ts";

export interface PhoneOptions extends LabDevices {
    /** Where the server takes WebSockets (RFC 7118). */
    readonly server: string;
    /** What it registers as, and what its calls come from: `sip:user@domain`. */
    readonly address: string;
    readonly password: string;
}

/** The phone's only line. */
export type PhoneCall =
    | { readonly phase: "idle" | "calling" | "ringing" | "up" }
    /** `cause` is in jsSIP's words. */
    | { readonly phase: "ended"; readonly cause: string };

export interface PhonePage {
    /** Resolves once the phone is registered. @throws Error if it is refused. */
    register(options: PhoneOptions): Promise<void>;
    /** Resolves once the server knows that it is gone, or cannot be told. */
    unregister(): Promise<void>;
    dial(target: string, camera: "on" | "off"): Promise<void>;
    answer(camera: "on" | "off"): Promise<void>;
    /** The picture of the other side's camera; null before the first one. */
    look(): Promise<Picture | null>;
    /** Ends the call, gives it up, or declines it. */
    hangUp(): Promise<void>;
    /** Holds or resumes the call by the phone's own function; resolves once the other side has answered. */
    setHeld(held: boolean, method: "INVITE" | "UPDATE"): Promise<void>;
    /** Whether the other side holds the call. */
    isHeld(): Promise<boolean>;
    call(): Promise<PhoneCall>;
    /** Sends a text message; resolves once it is accepted. @throws Error if it is rejected. */
    write(target: string, text: string): Promise<void>;
    /** The text messages it has received, in order. */
    messages(): Promise<readonly string[]>;
    /** How many ICE candidates the other side's description named. */
    candidatesTold(): Promise<number>;
    /** The frequency of the other side's sound during the last half second; null if silent or not connected. */
    heardHz(): Promise<number | null>;
    /** Whose certificates the sound of its call is encrypted with. */
    certificates(): Promise<DtlsCertificates | undefined>;
}
