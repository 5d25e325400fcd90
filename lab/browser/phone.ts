// The SIP phone in the lab's browser: jsSIP behind the commands of PhonePage.
import { UA, WebSocketInterface } from "jssip";
import { dtlsCertificates } from "./dtlsCertificates.ts";
import type { Picture } from "../picture/pattern.ts";
import { Ear } from "./Ear.ts";
import { Eye } from "./Eye.ts";
import type { DtlsCertificates } from "./LabPage.ts";
import type { PhoneCall, PhoneOptions, PhonePage } from "./PhonePage.ts";
import { installLabDevices } from "./labDevices.ts";

type Session = ReturnType<UA["call"]>;

/** The part of jsSIP's event that is used. */
interface IncomingMessage {
    readonly originator: string;
    readonly request: { readonly body: string };
}

class Phone implements PhonePage {
    #agent: UA | undefined;
    #session: Session | undefined;
    #call: PhoneCall = { phase: "idle" };
    readonly #messages: string[] = [];
    #ear: { readonly track: MediaStreamTrack; readonly ear: Ear } | undefined;
    #eye: { readonly track: MediaStreamTrack; readonly eye: Eye } | undefined;

    register({ server, address, password, ...devices }: PhoneOptions): Promise<void> {
        installLabDevices(devices);
        const agent = new UA({ sockets: [new WebSocketInterface(server)], uri: address, password });
        this.#agent = agent;
        agent.on("newRTCSession", ({ session }: { session: Session }) => this.#take(session));
        agent.on("newMessage", ({ originator, request }: IncomingMessage) => {
            if (originator === "remote") this.#messages.push(request.body);
        });
        return new Promise((resolve, reject) => {
            agent.on("registered", () => resolve());
            agent.on("registrationFailed", ({ cause }) => reject(new Error(`not registered: ${cause ?? "?"}`)));
            agent.start();
        });
    }

    unregister(): Promise<void> {
        const agent = this.#agent;
        if (agent?.isRegistered() !== true) return Promise.resolve();
        return new Promise((resolve) => {
            agent.on("unregistered", () => resolve());
            agent.unregister();
        });
    }

    dial(target: string, camera: "on" | "off"): Promise<void> {
        if (this.#agent === undefined) throw new Error("register comes first");
        this.#agent.call(target, mediaWith(camera));
        return Promise.resolve();
    }

    answer(camera: "on" | "off"): Promise<void> {
        this.#line().answer(mediaWith(camera));
        return Promise.resolve();
    }

    look(): Promise<Picture | null> {
        const receivers = this.#session?.connection.getReceivers() ?? [];
        const track = receivers.find((receiver) => receiver.track.kind === "video")?.track;
        if (track === undefined) return Promise.resolve(null);
        if (this.#eye?.track !== track) this.#eye = { track, eye: new Eye(new MediaStream([track])) };
        return Promise.resolve(this.#eye.eye.look());
    }

    hangUp(): Promise<void> {
        this.#line().terminate();
        return Promise.resolve();
    }

    setHeld(held: boolean, method: "INVITE" | "UPDATE"): Promise<void> {
        const session = this.#line();
        return new Promise((resolve, reject) => {
            const options = { useUpdate: method === "UPDATE" };
            const isPossible = held ? session.hold(options, resolve) : session.unhold(options, resolve);
            if (!isPossible) reject(new Error("the call cannot be held or resumed now"));
        });
    }

    isHeld(): Promise<boolean> {
        return Promise.resolve(this.#line().isOnHold().remote);
    }

    call(): Promise<PhoneCall> {
        return Promise.resolve(this.#call);
    }

    write(target: string, text: string): Promise<void> {
        const agent = this.#agent;
        if (agent === undefined) throw new Error("register comes first");
        return new Promise((resolve, reject) => {
            agent.sendMessage(target, text, {
                eventHandlers: {
                    succeeded: () => resolve(),
                    failed: ({ cause }) => reject(new Error(`not accepted: ${cause ?? "no cause"}`)),
                },
            });
        });
    }

    messages(): Promise<readonly string[]> {
        return Promise.resolve(this.#messages);
    }

    candidatesTold(): Promise<number> {
        const told = this.#line().connection.remoteDescription?.sdp.match(/^a=candidate:/gm);
        return Promise.resolve(told?.length ?? 0);
    }

    heardHz(): Promise<number | null> {
        const track = this.#session?.connection.getReceivers()[0]?.track;
        if (track === undefined) return Promise.resolve(null);
        if (this.#ear?.track !== track) this.#ear = { track, ear: new Ear(new MediaStream([track])) };
        return Promise.resolve(this.#ear.ear.heardHz());
    }

    certificates(): Promise<DtlsCertificates | undefined> {
        return dtlsCertificates(this.#line().connection);
    }

    #take(session: Session): void {
        this.#session = session;
        this.#call = { phase: String(session.direction) === "incoming" ? "ringing" : "calling" };
        session.on("confirmed", () => {
            this.#call = { phase: "up" };
        });
        const over = ({ cause }: { cause: string }): void => {
            this.#call = { phase: "ended", cause };
        };
        session.on("ended", over);
        session.on("failed", over);
    }

    #line(): Session {
        if (this.#session === undefined) throw new Error("there is no call");
        return this.#session;
    }
}

function mediaWith(camera: "on" | "off"): object {
    return { mediaConstraints: { audio: true, video: camera === "on" } };
}

Object.assign(globalThis, { lab: new Phone() });
