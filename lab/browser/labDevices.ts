import type { LabDevices } from "./LabPage.ts";
import { patternCamera } from "./patternCamera.ts";

/** Half of full scale: loud, and far from clipping. */
const gain = 0.5;

/** Replaces the browser's microphone by one that hears a tone, and its camera and screen by ones that show the lab's pattern. */
export function installLabDevices({ toneHz, camera = "magenta", screen = "cyan" }: LabDevices): void {
    navigator.mediaDevices.getUserMedia = ({ audio, video } = {}) => {
        const tracks = [
            ...(isWanted(audio) ? toneStream(toneHz).getTracks() : []),
            ...(isWanted(video) ? patternCamera(camera).getTracks() : []),
        ];
        return Promise.resolve(new MediaStream(tracks));
    };
    navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(patternCamera(screen));
    const devices = [device("audioinput", "microphone"), device("videoinput", "camera")];
    navigator.mediaDevices.enumerateDevices = () => Promise.resolve(devices);
}

/** A client that wants none asks for it with false, or leaves it out. */
function isWanted(constraint: boolean | MediaTrackConstraints | undefined): boolean {
    return constraint !== undefined && constraint !== false;
}

function device(kind: MediaDeviceKind, label: string): MediaDeviceInfo {
    const info = { kind, label, deviceId: label, groupId: "lab" };
    return { ...info, toJSON: () => info };
}

function toneStream(toneHz: number): MediaStream {
    const context = new AudioContext();
    const oscillator = new OscillatorNode(context, { frequency: toneHz });
    const volume = new GainNode(context, { gain });
    const microphone = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    oscillator.connect(volume).connect(microphone);
    oscillator.start();
    return microphone.stream;
}
