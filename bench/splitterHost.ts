/** A process with one splitter: connects it to the ports in its arguments (bundle, audio, video), and prints its own. */
import { StreamSplitter } from "../lib/media/splitter/StreamSplitter.ts";

const [bundle = 0, audio = 0, video = 0] = process.argv.slice(2).map(Number);
const splitter = await StreamSplitter.open(4);
splitter.route([
    { kind: "audio", payloads: new Map([[0, 0]]) },
    { kind: "video", payloads: new Map([[96, 96]]) },
]);
splitter.connectBundle({ host: "127.0.0.1", port: bundle });
splitter.connectStream("audio", { host: "127.0.0.1", port: audio });
splitter.connectStream("video", { host: "127.0.0.1", port: video });
console.log(JSON.stringify([splitter.bundlePort, splitter.portOf("audio"), splitter.portOf("video")]));
