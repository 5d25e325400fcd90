/** Runs in a browser's page: one peer connection, made as Matrix clients make theirs, with a tone for a microphone. */
const sampleRate = 16_000;
const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
const found = [];
let analyser;
let loudspeaker;
let player;
let streamIds = [];

connection.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate !== null) found.push(candidate.toJSON());
});

connection.addEventListener("track", ({ track, streams }) => {
    streamIds = streams.map(({ id }) => id);
    const stream = streams[0] ?? new MediaStream([track]);
    // Chromium decodes a remote stream only while a media element plays it
    player = new Audio();
    player.muted = true;
    player.srcObject = stream;
    void player.play();
    analyser = listenTo(stream);
});

function listenTo(stream) {
    const context = new AudioContext({ sampleRate });
    const listener = new AnalyserNode(context, { fftSize: 8_192 });
    new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(listener);
    return listener;
}

function samplesOf(listener) {
    const samples = new Float32Array(8_192);
    listener?.getFloatTimeDomainData(samples);
    return [...samples];
}

globalThis.peer = {
    plugIn(toneHz) {
        const context = new AudioContext();
        const oscillator = new OscillatorNode(context, { frequency: toneHz });
        const microphone = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
        oscillator.connect(new GainNode(context, { gain: 0.5 })).connect(microphone);
        oscillator.start();
        connection.addTrack(microphone.stream.getTracks()[0], microphone.stream);
    },
    async offer() {
        await connection.setLocalDescription(await connection.createOffer());
        return connection.localDescription.sdp;
    },
    async answerTo(sdp) {
        await connection.setRemoteDescription({ type: "offer", sdp });
        await connection.setLocalDescription(await connection.createAnswer());
        return connection.localDescription.sdp;
    },
    takeAnswer: (sdp) => connection.setRemoteDescription({ type: "answer", sdp }),
    setDirection(direction) {
        connection.getTransceivers()[0].direction = direction;
    },
    currentDirection: () => connection.getTransceivers()[0].currentDirection,
    restartIce: () => connection.restartIce(),
    addVideo: () => connection.addTransceiver("video"),
    /** A camera whose picture changes all the time. */
    plugInCamera() {
        const canvas = document.createElement("canvas");
        const paint = canvas.getContext("2d");
        setInterval(() => {
            paint.fillStyle = `hsl(${Date.now() % 360} 100% 50%)`;
            paint.fillRect(0, 0, canvas.width, canvas.height);
        }, 60);
        const stream = canvas.captureStream(15);
        connection.addTrack(stream.getTracks()[0], stream);
    },
    async keyFramesSent() {
        const stats = [...(await connection.getStats()).values()];
        return stats.find(({ type, kind }) => type === "outbound-rtp" && kind === "video")?.keyFramesEncoded ?? 0;
    },
    async picturesDecoded() {
        const stats = [...(await connection.getStats()).values()];
        return stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "video")?.framesDecoded ?? 0;
    },
    /** Presses keys one after the other, and resolves once all have been sent. */
    press(keys) {
        const { dtmf } = connection.getSenders()[0];
        return new Promise((resolve) => {
            dtmf.ontonechange = ({ tone }) => tone === "" && resolve();
            dtmf.insertDTMF(keys);
        });
    },
    candidates: () => found.splice(0),
    streamIds: () => streamIds,
    heard: () => samplesOf(analyser),
    /** From now on the remote stream is played, and what the page plays is recorded. */
    async turnOnLoudspeaker() {
        player.muted = false;
        const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
        const recording = await navigator.mediaDevices.getDisplayMedia({ audio, video: true, preferCurrentTab: true });
        loudspeaker = listenTo(new MediaStream(recording.getAudioTracks()));
    },
    played: () => samplesOf(loudspeaker),
};
