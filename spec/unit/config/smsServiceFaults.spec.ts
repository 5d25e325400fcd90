import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigFolder, faultsOf, MINIMAL_CONFIG } from "../../support/configFile.ts";

let folder: ConfigFolder;
beforeAll(() => {
    folder = new ConfigFolder();
});
afterAll(() => folder.remove());

const service = { name: "sms", profile: "custom", apiKey: "k", webhookKey: "w", apiUrl: "https://a.example" };
const custom = { path: "/send", id: "id", received: { id: "id", from: "from", to: "to", text: "text" } };

describe("a wrong SMS service", () => {
    it.each<[where: string, change: object, fault: string]>([
        [
            "with an account's name",
            { accounts: [{ username: "sms", password: "p", user: "@a:matrix.example", media: "webrtc" }] },
            "messaging.services[0].name: must be unique; sms is already the name of accounts[0]",
        ],
        [
            "without its description",
            { messaging: { services: [service] } },
            "messaging.services[0].custom: is required for profile: custom",
        ],
        [
            "with a path that is none",
            { messaging: { services: [{ ...service, custom: { ...custom, path: "send" } }] } },
            "messaging.services[0].custom.path: must ",
        ],
    ])("%s is reported", (_, change, fault) => {
        const messaging = { services: [{ ...service, custom }] };
        const faults = faultsOf(() => folder.load({ ...MINIMAL_CONFIG, messaging, ...change }));
        expect(faults.filter((line) => line.startsWith("messaging"))).toEqual([expect.stringContaining(fault)]);
    });
});
