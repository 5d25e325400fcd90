import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigFolder, faultTextsOf, MINIMAL_CONFIG } from "../../support/configFile.ts";

let folder: ConfigFolder;
beforeAll(() => {
    folder = new ConfigFolder();
    folder.write("empty.secret", "\n");
    folder.write("two.secret", "one\ntwo\n");
});
afterAll(() => folder.remove());

describe("a wrong configuration", () => {
    it.each<[where: string, change: object, fault: string]>([
        ["a missing key", { homeserver: { url: "http://x" } }, "homeserver.domain: is missing"],
        ["a missing section", { homeserver: undefined }, "homeserver: is missing"],
        [
            "an empty section",
            { homeserver: null },
            "homeserver: is empty; write its value behind the colon, or its keys indented below it",
        ],
        ["a misspelt key", { sip: { listne: [] } }, "sip.listne: is not a known key; did you mean listen?"],
        [
            "a key with letters swapped",
            { homeserver: { ...MINIMAL_CONFIG.homeserver, ulr: "" } },
            "homeserver.ulr: is not a known key; did you mean url?",
        ],
        ["an unknown key", { store: { engine: "x" } }, "store.engine: is not a known key; known are path"],
        ["a misspelt section", { loging: {} }, "loging: is not a known key; did you mean logging?"],
        [
            "text for an integer",
            { appservice: { port: "99" } },
            "appservice.port: must be an integer; remove the quotes",
        ],
        ["a fraction", { appservice: { port: 1.5 } }, "appservice.port: must be an integer"],
        ["a port too high", { appservice: { port: 65536 } }, "appservice.port: must be at most 65535"],
        ["a time too short", { calls: { ringSeconds: 0 } }, "calls.ringSeconds: must be at least 5"],
        ["no time at all", { calls: { maxHours: 0 } }, "calls.maxHours: must be more than 0"],
        [
            "a word not among the allowed",
            { sip: { unknownPeers: "deny" } },
            "sip.unknownPeers: must be one of drop, reject",
        ],
        [
            "a boolean in words",
            { matrix: { joinAsCallee: "yes" } },
            "matrix.joinAsCallee: must be one of false, true, all; write true instead of yes",
        ],
        ["a value for a list", { trunks: 5 }, "trunks: must be a list; begin each entry with a dash"],
        ["a list for a section", { sip: [] }, "sip: must be a section of keys, such as listen:"],
        ["an empty list", { sip: { listen: [] } }, "sip.listen: must have at least one entry"],
        [
            "an entry twice",
            { matrix: { allowedDomains: ["a", "b", "a"] } },
            "matrix.allowedDomains: must not have the same entry twice ([0] and [2])",
        ],
        [
            "a number without quotes",
            { trunks: [{ ...trunk("t"), callerId: 442071838750 }] },
            "trunks[0].callerId: must be text; put it in quotes",
        ],
        [
            "no URL",
            { homeserver: { url: "matrix.example", domain: "a" } },
            "homeserver.url: must be an http or https URL such as http://127.0.0.1:8008",
        ],
        [
            "another scheme",
            { homeserver: { url: "ftp://a", domain: "a" } },
            "homeserver.url: must be an http or https URL such as http://127.0.0.1:8008",
        ],
        [
            "no server name",
            { homeserver: { url: "http://a", domain: "a b" } },
            "homeserver.domain: must be a server name such as matrix.example",
        ],
        ["no address to bind to", { appservice: { bind: "localhost" } }, "appservice.bind: must be an IP address"],
        [
            "a prefix no user id can have",
            { matrix: { ghostPrefix: "SIP" } },
            "matrix.ghostPrefix: must be 1 to 32 of the characters a-z, 0-9, ., _ and -",
        ],
        [
            "a listener without port",
            { sip: { listen: ["udp:127.0.0.1"] } },
            "sip.listen[0]: must end with a port, such as udp:127.0.0.1:5060",
        ],
        [
            "a host name to listen on",
            { sip: { listen: ["udp:localhost:5060"] } },
            "sip.listen[0]: must have an IP address of this machine instead of the name localhost",
        ],
        [
            "TLS without a certificate",
            { sip: { listen: ["tls:127.0.0.1:5061"], tls: { key: "config.yaml" } } },
            "sip.tls.certificate: is missing; sip.listen has a tls address",
        ],
        [
            "a key file that is not there",
            { sip: { tls: { key: "nowhere.pem" } } },
            "sip.tls.key: cannot read file nowhere.pem (ENOENT); check the path and its permissions",
        ],
        [
            "a network too long",
            { sip: { peers: [peer("p", "10.0.0.0/33")] } },
            "sip.peers[0].inboundNetworks[0]: must be an IP address or a network such as 192.0.2.0/24",
        ],
        [
            "a network of names",
            { sip: { peers: [peer("p", "pbx.example")] } },
            "sip.peers[0].inboundNetworks[0]: must be an IP address or a network such as 192.0.2.0/24",
        ],
        [
            "a name with blanks",
            { sip: { peers: [peer("my pbx", "::1")] } },
            "sip.peers[0].name: must be a name of letters, digits, ., _ and -, at most 40",
        ],
        [
            "a port too high for a host",
            { trunks: [{ ...trunk("t"), address: "a:65536" }] },
            "trunks[0].address: must be host or host:port, such as sip.carrier.example:5060, or a list of such, each once",
        ],
        [
            "half an address",
            { trunks: [{ ...trunk("t"), address: "10.0.0" }] },
            "trunks[0].address: must be host or host:port, such as sip.carrier.example:5060, or a list of such, each once",
        ],
        ...[
            ["no address in a list", []],
            ["half an address in a list", ["192.0.2.1", "10.0.0"]],
            ["an address twice", ["a.example", "A.example"]],
            ["an address as a number", 5060],
            ["too many addresses", Array.from({ length: 11 }, (_, i) => `192.0.2.${i}`)],
        ].map(([what, address]): [string, object, string] => [
            String(what),
            { trunks: [{ ...trunk("t"), address }] },
            "trunks[0].address: must be host or host:port, such as sip.carrier.example:5060, or a list of such, each once",
        ]),
        [
            "no country",
            { numbers: { defaultCountry: "XX" } },
            "numbers.defaultCountry: must be a two-letter country code such as GB",
        ],
        [
            "several users behind a number",
            { numbers: { map: { "2001": ["@a:b", "@c:d"] } } },
            'numbers.map["2001"]: must be a single value, not a list: a Matrix user such as @alice:matrix.example, or @ext{digits}:matrix.example for a pattern',
        ],
        [
            "an administration interface for other machines",
            { admin: { listen: "0.0.0.0:9465", token: "x" } },
            "admin.listen: must be a loopback address such as 127.0.0.1:9465, because the listener has no TLS; use a reverse proxy for other machines, or set admin.allowRemote: true",
        ],
        [
            "no user behind a number",
            { numbers: { map: { 2001: "alice" } } },
            'numbers.map["2001"]: must be a Matrix user such as @alice:matrix.example, or @ext{digits}:matrix.example for a pattern',
        ],
        [
            "no number before a user",
            { numbers: { map: { "+4": "@a:b" } } },
            'numbers.map["+4"]: must be a number, a pattern such as 20??, a range such as 2000..2099, or an account name',
        ],
        [
            "a number twice",
            { numbers: { map: { "+442071838750": "@a:b", "+44 20 7183 8750": "@a:b" } } },
            'numbers.map["+44 20 7183 8750"]: must be unique; +442071838750 is in the map already',
        ],
        [
            "no number as caller id",
            { trunks: [{ ...trunk("t"), callerId: "me" }] },
            "trunks[0].callerId: must be a phone number such as +442071838750, or a short code such as 2001",
        ],
        [
            "no user with a caller id",
            { trunks: [{ ...trunk("t"), callerIds: { alice: "1" } }] },
            "trunks[0].callerIds.alice: must be the user ID of a Matrix user, such as @alice:matrix.example",
        ],
        [
            "a password without a user name",
            { trunks: [{ ...trunk("t"), password: "x" }] },
            "trunks[0].username: is required with a password; set the user name of the SIP account",
        ],
        [
            "registering without a password",
            { trunks: [{ ...trunk("t"), register: true }] },
            "trunks[0].password: is required for register: true; set the password of the SIP account",
        ],
        [
            "sips where there is no TLS",
            { trunks: [{ ...trunk("t"), scheme: "sips", transport: "tcp" }] },
            "trunks[0].scheme: must be sip with transport tcp; sips needs tls or wss",
        ],
        [
            "national numbers of no country",
            { trunks: [{ ...trunk("t"), numberFormat: "national" }] },
            "trunks[0].defaultCountry: is required for numberFormat: national; set a two-letter country code such as GB",
        ],
        [
            "a header that a call needs",
            { trunks: [{ ...trunk("t"), headers: { "call-id": "1" } }] },
            'trunks[0].headers["call-id"]: cannot be set: the bridge sets this header itself',
        ],
        [
            "a header that would be two",
            { trunks: [{ ...trunk("t"), headers: { "X-A": "1\r\nVia: 2" } }] },
            'trunks[0].headers["X-A"]: must be one line of text',
        ],
        [
            "a header with a blank in its name",
            { trunks: [{ ...trunk("t"), headers: { "X A": "1" } }] },
            'trunks[0].headers["X A"]: must be the name of a header, such as X-Tenant',
        ],
        [
            "a prefix that cannot be dialled",
            { trunks: [{ ...trunk("t"), dialPrefix: "a" }] },
            "trunks[0].dialPrefix: must be up to 16 of the characters 0-9, * and #",
        ],
        [
            "a phone with a trunk's name",
            { trunks: [trunk("t")], accounts: [phone("t")] },
            "accounts[0].username: must be unique; t is already the name of trunks[0]",
        ],
        [
            "a phone of a ghost",
            { accounts: [{ ...phone("desk"), user: "@sip_=2b442071838750:matrix.example" }] },
            "accounts[0].user: must not be a ghost; users that begin with sip_ belong to the bridge (matrix.ghostPrefix)",
        ],
        [
            "a number of a ghost",
            { numbers: { map: { "2001": "@sip_bob:matrix.example" } } },
            'numbers.map["2001"]: must not be a ghost; users that begin with sip_ belong to the bridge (matrix.ghostPrefix)',
        ],
        [
            "a phone without WebRTC and without rtpengine",
            { accounts: [{ ...phone("desk"), media: "rtp" }] },
            'accounts[0].media: must be webrtc if media is "none"; set media.rtpengine to use other values',
        ],
        [
            "registrations that must be longer than they may",
            { sip: { registrar: { minSeconds: 600, maxSeconds: 60 } } },
            "sip.registrar.minSeconds: must be at most maxSeconds, 60",
        ],
        [
            "an empty password",
            { trunks: [{ ...trunk("t"), username: "u", password: "" }] },
            "trunks[0].password: must be text, or {file: path}",
        ],
        [
            "a secret in no file",
            { sip: { drachtio: { host: "a", secret: { file: "nope" } } } },
            "sip.drachtio.secret: cannot read file nope (ENOENT); check the path and its permissions",
        ],
        [
            "a secret of two lines",
            { sip: { drachtio: { host: "a", secret: { file: "two.secret" } } } },
            "sip.drachtio.secret: must be one line: two.secret has more",
        ],
        [
            "a secret in an empty file",
            { sip: { drachtio: { host: "a", secret: { file: "empty.secret" } } } },
            "sip.drachtio.secret: must not be empty: empty.secret is",
        ],
        [
            "a name given twice",
            { sip: { peers: [peer("a", "::1")] }, trunks: [trunk("a")] },
            "trunks[0].name: must be unique; a is already the name of sip.peers[0]",
        ],
        [
            "plain media with none",
            { sip: { peers: [{ name: "a", inboundNetworks: ["::1"] }] } },
            'sip.peers[0].media: must be webrtc if media is "none"; set media.rtpengine to use other values',
        ],
        ["another word for media", { media: "all" }, "media: must be none, or a section with rtpengine: [host:port]"],
        ["no rtpengine", { media: {} }, "media.rtpengine: is missing"],
        [
            "rtpengine without port",
            { media: { rtpengine: ["127.0.0.1"] } },
            "media.rtpengine[0]: must be host:port, such as 127.0.0.1:2223",
        ],
        [
            "no user in a rule",
            { dialling: { allow: [{ users: ["alice"], numbers: ["*"] }] } },
            "dialling.allow[0].users[0]: must be a Matrix user or a pattern such as @*:matrix.example",
        ],
        [
            "no number in a rule",
            { dialling: { allow: [{ users: ["*"], numbers: ["+x*"] }] } },
            "dialling.allow[0].numbers[0]: must be a number, an address or a pattern such as +44*, 2001, 20?? or *@pbx.example (+x*)",
        ],
    ])("names %s", (_, change, fault) => {
        expect(faultTextsOf(() => folder.load({ ...MINIMAL_CONFIG, ...change }))).toEqual([fault]);
    });
});

function peer(name: string, address: string): object {
    return { name, inboundNetworks: [address], media: "webrtc" };
}

function phone(username: string): object {
    return { username, password: "x", user: "@alice:matrix.example", media: "webrtc" };
}

function trunk(name: string): object {
    return { name, address: "sip.carrier.example", media: "webrtc" };
}
