import { afterAll, expect, it } from "vitest";
import { sipServerArguments } from "../../../lib/assembly/sipServerArguments.ts";
import { ConfigFolder, MINIMAL_CONFIG } from "../../support/configFile.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";

const folder = new ConfigFolder();
afterAll(() => folder.remove());

const { ca, ours } = makeCertificates({ ours: "DNS:bridge.example" });
const FILES = { "c.pem": ours.certificate, "k.pem": ours.key, "a.pem": ca, hosts: "" };

function argumentsOf(config: object): readonly string[] {
    for (const [file, text] of Object.entries(FILES)) folder.write(file, text);
    return sipServerArguments(folder.load({ ...MINIMAL_CONFIG, ...config }));
}

const PEERS = { peers: [{ name: "pbx", inboundNetworks: ["192.0.2.0/24"], media: "webrtc" }] };
const DROPS = ["--trust", "192.0.2.0/24", "--unknown-peers", "drop"];
const ANSWERS = ["--trust", "192.0.2.0/24", "--unknown-peers", "answer"];

it.each([
    ["an empty configuration", {}, ["--unknown-peers", "drop"]],
    [
        "files",
        {
            sip: {
                listen: ["wss:127.0.0.1:443"],
                tls: { certificate: "c.pem", key: "k.pem", caCertificates: "a.pem" },
                hostsFile: "hosts",
            },
        },
        [
            ...["--tls-cert", `${folder.path}/c.pem`, "--tls-key", `${folder.path}/k.pem`],
            ...["--tls-ca", `${folder.path}/a.pem`, "--hosts", `${folder.path}/hosts`, "--unknown-peers", "drop"],
        ],
    ],
    ["unknown peers dropped", { sip: PEERS }, DROPS],
    ["unknown peers rejected", { sip: { ...PEERS, unknownPeers: "reject" } }, ANSWERS],
    [
        "the origins of WebSockets",
        { sip: { webSocketOrigins: ["https://phone.example"] } },
        ["--ws-origin", "https://phone.example", "--unknown-peers", "drop"],
    ],
    [
        "the networks that the public address is not for",
        { sip: { localNetworks: ["192.168.1.0/24"] } },
        ["--local-network", "192.168.1.0/24", "--unknown-peers", "drop"],
    ],
    [
        "a trunk's own address",
        { trunks: [{ name: "t", address: "192.0.2.9", inboundNetworks: ["198.51.100.0/24"], media: "webrtc" }] },
        ["--trust", "192.0.2.9", "--trust", "198.51.100.0/24", "--unknown-peers", "drop"],
    ],
    [
        "phones from anywhere",
        { sip: PEERS, accounts: [{ username: "a", password: "x", user: "@a:matrix.example", media: "webrtc" }] },
        ANSWERS,
    ],
    [
        "a trunk that knows us by our registration",
        {
            sip: PEERS,
            trunks: [
                { name: "t", address: "t.example", register: true, username: "u", password: "p", media: "webrtc" },
            ],
        },
        ANSWERS,
    ],
])("tells the server of %s", (_, config, expected) => {
    const given = argumentsOf(config);
    // always, because the bridge recognises floods by them
    const at = given.indexOf("--metrics");
    expect(given.slice(at, at + 2)).toEqual(["--metrics", "127.0.0.1:0"]);
    expect(given.toSpliced(at, 2)).toEqual(expected);
});
