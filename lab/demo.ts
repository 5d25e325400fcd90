// `npm run demo`: starts everything, places a call and sends a message in each direction, proves the audio of both and prints what happened.
// `--once` exits after the calls instead of staying up; `--json` prints the result as one JSON object in the last line.
import { parseArgs } from "node:util";
import { callFromMatrix, callFromSip, tones } from "./demo/calls.ts";
import { seesVideo, withVideoPhone } from "./demo/video.ts";
import { freePort } from "./world/freePort.ts";
import { type FeatureProof, featuresWithinCall, noFeatures } from "./demo/features.ts";
import { stayUp } from "./demo/stayUp.ts";
import { reasons, timeline } from "./demo/timeline.ts";
import { InstallError } from "./install/InstallError.ts";
import { installWorld } from "./install/installWorld.ts";
import { terminalProgress } from "./install/Progress.ts";
import { World } from "./world/World.ts";
import { messageBothWays, noMessages, type MessageProof } from "./demo/messages.ts";
import type { CallProof } from "./demo/CallProof.ts";

interface Options {
    readonly once: boolean;
    readonly json: boolean;
}

interface Outcome {
    readonly inbound: CallProof;
    readonly outbound: CallProof;
    readonly messages: MessageProof;
    readonly features: FeatureProof;
}

const notProven: CallProof = { ok: false, setupMs: null, heardBySipHz: null, heardByMatrixHz: null };

const usage = `npm run demo [-- options]

Starts Synapse, rtpengine, the bridge and a Matrix client in Chromium, and places a call and sends a message in each direction,
and holds a call and presses keys within it. It first installs what is missing: npm packages, Debian packages (as root or with sudo), Synapse.

  --once   exit after the calls and messages instead of running until Ctrl-C
  --json   print the result as one JSON object in the last line
  --help   print this help

Exit codes: 0 all succeeded, 1 a call, a message or the start failed, 2 wrong options.`;

/** Reads the command line; exits for `--help` and for wrong options. */
function readOptions(): Options {
    const boolean = { type: "boolean", default: false } as const;
    try {
        const { values } = parseArgs({ options: { once: boolean, json: boolean, help: { ...boolean, short: "h" } } });
        if (!values.help) return values;
    } catch (error) {
        console.error(`${reasons(error)}\n\n${usage}`);
        process.exit(2);
    }
    console.log(usage);
    process.exit(0);
}

function allWell({ inbound, outbound, messages, features }: Outcome): boolean {
    const { hold, keys, transfer, video } = features;
    return inbound.ok && outbound.ok && messages.ok && hold && keys && transfer && video;
}

async function demonstrate(
    world: World,
    options: Options & { readonly webSocketPort: number },
    leaving: AbortSignal,
): Promise<Outcome> {
    const alice = await world.openClient("alice", { toneHz: tones.alice });
    const inbound = await callFromSip(world, alice);
    console.log(`\n${timeline("A phone calls Alice (SIP to Matrix)", inbound)}`);
    const outbound = await callFromMatrix(world, alice);
    console.log(timeline("Alice calls a phone (Matrix to SIP)", outbound));
    await world.stopPhones();
    const video = await seesVideo(world, alice, options.webSocketPort);
    const features = { ...(await featuresWithinCall(world, alice)), video };
    console.log(
        `Within a call: hold and resume ${features.hold ? "worked" : "failed"}, keys ${features.keys ? "arrived" : "were lost"}, transfer ${features.transfer ? "worked" : "failed"}, video ${video ? "arrived in both directions" : "failed"}.\n`,
    );
    const messages = await messageBothWays(world);
    console.log(
        `A phone writes to Alice: ${messages.toMatrixMs ?? "-"} ms. Alice answers: ${messages.toSipMs ?? "-"} ms.\n`,
    );
    const outcome = { inbound: inbound.proof(), outbound: outbound.proof(), messages, features };
    console.log(
        allWell(outcome)
            ? "All calls succeeded, with audio in both directions, and so did both messages.\n"
            : `A call or message failed. The logs are in ${world.bridge.directory} and the directories next to it.\n`,
    );
    if (!options.once && allWell(outcome)) await stayUp(world, alice, leaving);
    return outcome;
}

async function main(options: Options): Promise<Outcome> {
    const leaving = new AbortController();
    const progress = terminalProgress();
    await installWorld(progress);
    const webSocketPort = await freePort();
    const world = await World.start({ progress, configure: withVideoPhone(webSocketPort) });
    const leave = (): void => leaving.abort();
    process.on("SIGINT", leave).on("SIGTERM", leave).on("SIGHUP", leave);
    try {
        return await demonstrate(world, { ...options, webSocketPort }, leaving.signal);
    } finally {
        const step = progress.begin("Stopping everything");
        await world.stop();
        step.done();
    }
}

const options = readOptions();
let outcome: Outcome = { inbound: notProven, outbound: notProven, messages: noMessages, features: noFeatures };
try {
    outcome = await main(options);
} catch (error) {
    console.error(error instanceof InstallError ? error.message : reasons(error));
}
if (options.json) console.log(JSON.stringify(outcome));
process.exit(allWell(outcome) ? 0 : 1);
