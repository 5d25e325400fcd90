import { afterAll, beforeAll, expect, it } from "vitest";
import { ConfigFolder, faultsOf } from "../../support/configFile.ts";

/** Every section with most of its keys. */
const COMPLETE = {
    homeserver: { url: "http://127.0.0.1:8008", domain: "matrix.example" },
    appservice: { bind: "127.0.0.1", port: 9995 },
    matrix: { ghostPrefix: "sip_", joinAsCallee: true, allowedDomains: ["partner.example"] },
    sip: {
        listen: ["udp:192.0.2.5:5060"],
        publicAddress: "203.0.113.7",
        localNetworks: ["192.168.1.0/24"],
        registrar: { realm: "matrix.example", minSeconds: 60, algorithms: ["MD5"] },
        peers: [{ name: "pbx", inboundNetworks: ["192.0.2.10"], defaultUser: "@alice:matrix.example" }],
    },
    trunks: [
        {
            name: "carrier",
            address: ["a.example", "b.example:5061"],
            prefixes: ["+"],
            register: true,
            username: "u",
            password: "p",
            inboundAuth: { username: "in", password: "p" },
            callerId: "+442071838750",
            callerIds: { "@alice:matrix.example": "2001" },
            charging: { ioi: "bridge.example" },
            headers: { "X-Tenant": "42" },
        },
    ],
    accounts: [{ username: "desk", password: "p", user: "@alice:matrix.example" }],
    numbers: { defaultCountry: "GB", shortCodes: ["2???"], map: { "2001": "@alice:matrix.example" } },
    dialling: { allow: [{ users: ["*"], numbers: ["+44*"] }] },
    messaging: { web: { listen: "127.0.0.1:9996", publicUrl: "https://sms.example" }, allow: [] },
    media: { rtpengine: ["127.0.0.1:2223"], interfaces: { sip: "lan", webrtc: "wan" } },
    admin: { token: "t" },
    limits: { user: { callsPerMinute: 5 }, rates: { "+44": 0.02 } },
};

const WRONG_VALUES = [5, true, "\n", [], {}, [5], [[]], { key: 1 }];

let folder: ConfigFolder;
beforeAll(() => {
    folder = new ConfigFolder();
});
afterAll(() => folder.remove());

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
    if (typeof value !== "object" || value === null) return [path];
    const below = Object.entries(value).flatMap(([key, child]) =>
        pathsIn(child, [...path, Array.isArray(value) ? Number(key) : key]),
    );
    return path.length === 0 ? below : [path, ...below];
}

function withValue(path: Path, wrong: unknown): object {
    const copy = structuredClone(COMPLETE);
    const parent = path.slice(0, -1).reduce<unknown>((here, step) => (here as never)[step], copy);
    (parent as Record<string | number, unknown>)[path.at(-1) ?? ""] = wrong;
    return copy;
}

it("has no errors in the configuration that the cases below change", () => {
    expect(faultsOf(() => folder.load(COMPLETE))).toEqual([]);
});

it.each(pathsIn(COMPLETE).map((path) => ({ path, name: path.join(".") })))(
    "reports errors, and never fails otherwise, whatever the value of $name",
    ({ path }) => {
        for (const wrong of WRONG_VALUES) {
            expect(() => faultsOf(() => folder.load(withValue(path, wrong)))).not.toThrow();
        }
    },
);
