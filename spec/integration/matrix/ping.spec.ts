import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { freePort, loopback } from "../../../lab/world/freePort.ts";
import type { Synapse } from "../../../lab/world/Synapse.ts";
import { assembleForSpec } from "../../support/matrix/bridgeWorld.ts";
import { startSynapse, writeRegistrationFile, type RegistrationFile } from "../../support/matrix/matrixWorld.ts";

let file: RegistrationFile;
let other: RegistrationFile;
let synapse: Synapse;
let bridge: ReturnType<typeof assembleForSpec> | undefined;

beforeAll(async () => {
    file = await writeRegistrationFile();
    other = await writeRegistrationFile({ id: "another-bridge", ghostPrefix: "other_" });
    synapse = await startSynapse([file, other]);
});

afterEach(async () => {
    await bridge?.side.stop();
});

afterAll(async () => {
    await synapse.stop();
});

async function start(registration: RegistrationFile["registration"], url = synapse.url, port = file.port) {
    bridge = assembleForSpec(url, { ...file, registration, port });
    await bridge.side.start();
}

it("starts repeatedly when both sides agree", async () => {
    await start(file.registration);
    await bridge?.side.stop();
    await start(file.registration);
});

it.each([
    ["an as_token the homeserver does not know", { asToken: "wrong" }, "does not know the as_token"],
    ["another hs_token", { hsToken: "wrong" }, "with another hs_token"],
    ["the id of another registration", { id: "another-bridge" }, 'under another id than "another-bridge"'],
    ["an id that is no registration's", { id: "other" }, 'under another id than "other"'],
])("reports the error: %s", async (_case, change, words) => {
    await expect(start({ ...file.registration, ...change })).rejects.toThrow(words);
});

it("reports that the homeserver cannot reach the bridge", async () => {
    await expect(start(file.registration, synapse.url, await freePort())).rejects.toThrow(
        `cannot reach the bridge at ${file.registration.url}`,
    );
});

it("reports that no homeserver responds", async () => {
    const url = `http://${loopback}:${await freePort()}`;
    await expect(start(file.registration, url)).rejects.toThrow(`The homeserver does not answer at ${url}.`);
});

it("reports that the listen address is in use", async () => {
    const port = Number(new URL(synapse.url).port);
    await expect(start(file.registration, synapse.url, port)).rejects.toThrow(/cannot listen .*EADDRINUSE/);
});
