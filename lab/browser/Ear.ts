import { dominantFrequency } from "../audio/dominantFrequency.ts";

const sampleRate = 16_000;
/** Half a second. */
const window = 8_192;

/** Listens to a remote stream. */
export class Ear {
    readonly #analyser: AnalyserNode;
    readonly #samples = new Float32Array(window);

    constructor(stream: MediaStream) {
        // Chromium decodes a remote stream only while a media element plays it.
        const player = new Audio();
        player.muted = true;
        player.srcObject = stream;
        void player.play();
        const context = new AudioContext({ sampleRate });
        this.#analyser = new AnalyserNode(context, { fftSize: window });
        new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(this.#analyser);
    }

    heardHz(): number | null {
        this.#analyser.getFloatTimeDomainData(this.#samples);
        return dominantFrequency(this.#samples, sampleRate);
    }
}
