/** Half of full scale: loud, and far from clipping. */
const gain = 0.5;

/** Replaces the browser's microphone by one that hears a tone. */
export function installToneMicrophone(toneHz: number): void {
    navigator.mediaDevices.getUserMedia = () => Promise.resolve(toneStream(toneHz));
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
