/* Written by lab/generate.ts from config.schema.yaml. Change that and run npm run generate. */
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { NumberPattern } from "../numbering/NumberPattern.ts";
import type { CountryCode, PhoneNumber } from "../numbering/PhoneNumber.ts";
import type { Endpoint, HostPort, SipListener } from "./HostPort.ts";
import type { Secret } from "./Secret.ts";

export interface Config {
    readonly homeserver: HomeserverConfig;
    readonly appservice: AppserviceConfig;
    readonly matrix: MatrixConfig;
    readonly sip: SipConfig;
    /**
     * Ways out to the telephone network, a PBX or another SIP domain, each of which is also a peer that may call in.
     */
    readonly trunks: readonly TrunkConfig[];
    /**
     * Phones that register with the bridge, each of which belongs to a Matrix user. It rings together with the user's Matrix clients, and its calls go out as that user.
     */
    readonly accounts: readonly AccountConfig[];
    readonly numbers: NumbersConfig;
    readonly dialling: DiallingConfig;
    readonly calls: CallsConfig;
    /**
     * Where sound passes. With rtpengine, ordinary phones and trunks talk to Matrix clients. With "none" it passes directly between the two parties, which works only if every peer and trunk speaks WebRTC (media webrtc).
     */
    readonly media: "none" | RtpengineConfig;
    readonly store: StoreConfig;
    readonly metrics: MetricsConfig;
    readonly logging: LoggingConfig;
}
/**
 * The Matrix homeserver this bridge is registered with.
 */
export interface HomeserverConfig {
    /**
     * Where the bridge reaches the homeserver's client-server API.
     */
    readonly url: string;
    /**
     * The homeserver's name, as it stands behind the colon of its users.
     */
    readonly domain: string;
}
/**
 * Where the bridge listens for the homeserver.
 */
export interface AppserviceConfig {
    /**
     * Address to listen on. The homeserver must reach it; nobody else needs to.
     */
    readonly bind: string;
    /**
     * TCP port. The command line's --port goes before it.
     */
    readonly port: number;
}
/**
 * How the bridge appears in Matrix.
 */
export interface MatrixConfig {
    /**
     * What the user names of phone numbers and SIP addresses begin with, as in @sip_=2b442071838750:matrix.example. The registration must be made anew after a change, and rooms made before are left behind.
     */
    readonly ghostPrefix: string;
    /**
     * Let a first caller ring at once, by joining the called local user to the room of the call. If not, the user is invited, and rings once they accept. Needs a registration made with this setting.
     */
    readonly joinAsCallee: boolean;
    /**
     * Other homeservers whose users may be called as sip:user@domain. Users of homeserver.domain always may.
     */
    readonly allowedDomains: readonly string[];
}
/**
 * The SIP side.
 */
export interface SipConfig {
    /**
     * Where SIP is spoken, as transport:address:port. Transports are udp, tcp, tls, ws and wss; browsers speak the latter two (RFC 7118). tls and wss need sip.tls.
     *
     * @minItems 1
     */
    readonly listen: readonly SipListener[];
    /**
     * The address SIP peers reach the bridge at, if it differs from the one listened on (behind NAT). Stands in Via and Contact.
     */
    readonly publicAddress?: string;
    readonly tls?: TlsConfig;
    /**
     * File of addresses and names in the form of /etc/hosts, asked before DNS for whom SIP is sent to.
     */
    readonly hosts?: string;
    readonly drachtio?: DrachtioConfig;
    /**
     * What a caller hears who is neither a peer nor a trunk. "drop" says nothing at all, so that a scanner does not learn that SIP is spoken here; "reject" answers 403, of help while a phone or a PBX is being set up.
     */
    readonly unknownPeers: "drop" | "reject";
    readonly registrar: RegistrarConfig;
    /**
     * Who may call in, beside the trunks. The first that matches counts.
     */
    readonly peers: readonly PeerConfig[];
}
/**
 * What the bridge shows on tls and wss, and whom it believes there. Servers it connects to are always verified.
 */
export interface TlsConfig {
    /**
     * File of its certificate and those of the authorities in between (PEM). Shown to servers as well.
     */
    readonly certificate?: string;
    /**
     * File of the certificate's private key (PEM).
     */
    readonly key?: string;
    /**
     * File of the authorities to believe instead of the well-known ones (PEM), for a PBX with one of its own.
     */
    readonly authorities?: string;
}
/**
 * An external drachtio-server to use. Without this, the bridge runs the SIP server it brings along. With it, listen, publicAddress, tls and hosts are that server's business.
 */
export interface DrachtioConfig {
    /**
     * Host name or address of its control port.
     */
    readonly host: string;
    /**
     * Its control port.
     */
    readonly port: number;
    /**
     * Its shared secret, as text or as {file: path}.
     */
    readonly secret: Secret;
}
/**
 * How phones register with the bridge. Of use with accounts only.
 */
export interface RegistrarConfig {
    /**
     * The domain phones register at, and what their passwords are for. Without it, homeserver.domain.
     */
    readonly realm?: string;
    /**
     * The shortest registration, in seconds; phones that ask for less are told so (423).
     */
    readonly minSeconds: number;
    /**
     * The longest registration, in seconds; phones that ask for more get this.
     */
    readonly maxSeconds: number;
    /**
     * How many phones an account may have at once. The one whose registration ends first makes room.
     */
    readonly maxContacts: number;
    /**
     * The kinds of digest phones may answer with, best first (RFC 8760). Old phones give up at a kind they do not know, even if another follows; for them it must be MD5 alone.
     *
     * @minItems 1
     */
    readonly algorithms: readonly ("SHA-256" | "SHA-512-256" | "MD5")[];
}
export interface PeerConfig {
    /**
     * Its name in logs and metrics. Peers and trunks share one set of names.
     */
    readonly name: string;
    /**
     * Where its requests come from, as IP addresses or networks (CIDR).
     *
     * @minItems 1
     */
    readonly addresses: readonly string[];
    /**
     * Whether to believe what it says of callers (P-Asserted-Identity of RFC 3325, Remote-Party-ID, Diversion, History-Info, verstat).
     */
    readonly trusted: boolean;
    /**
     * What its media looks like. "rtp" is plain RTP, "srtp" RTP encrypted with keys from SDP (SDES), "srtp-optional" offers such keys and does without (RFC 8643), "webrtc" is ICE and DTLS. Its calls must be protected at least that well, or are refused (488).
     */
    readonly media: "rtp" | "srtp" | "srtp-optional" | "webrtc";
    /**
     * Digits it puts before called numbers, which are taken off.
     */
    readonly stripPrefix?: string;
    /**
     * How many calls it may place here in a second, on average; 5 seconds' worth of them may come at once. Further ones are refused (503). Each caller who is new makes a user and a room on the homeserver, which stay.
     */
    readonly callsPerSecond: number;
}
export interface TrunkConfig {
    /**
     * Its name in logs and metrics. Peers and trunks share one set of names.
     */
    readonly name: string;
    /**
     * Where calls are sent, as host or host:port. A host name without port is resolved by DNS (RFC 3263). Of a list, as in [a.carrier.example, b.carrier.example], the next is called if one takes no calls, and registered with if one takes no registration.
     */
    readonly address: readonly [HostPort, ...HostPort[]];
    /**
     * How SIP is carried to it. With udp, DNS may say otherwise of a name without port, and long requests go by TCP (RFC 3263, RFC 3261). With tls and wss its certificate must be good for the host name in address, or in proxy; see sip.tls.authorities for one that is not from a well-known authority. Where sip.listen has no such transport, the trunk can call here only by a connection that the bridge has made, as for register.
     */
    readonly transport: "udp" | "tcp" | "tls" | "ws" | "wss";
    /**
     * How long an address may leave a call without any response, in seconds, before the next address or trunk is called; 5 s more at most if it does not even take the connection. What a phone that rings takes is not counted. Without effect on an external drachtio-server, which has its own timers.
     */
    readonly answerSeconds: number;
    /**
     * How often each address is asked whether it takes calls (OPTIONS), in seconds; 0 is never. An address that does not answer, or only with 503 or 408, is called after all others.
     */
    readonly probeSeconds: number;
    /**
     * Beginnings of the numbers it serves; the trunk with the longest match is tried first. "+" stands for every full number, "" for short codes as well, emergency numbers among them.
     */
    readonly prefixes: readonly string[];
    /**
     * Domains of SIP addresses (sip:user@domain) that are called through it.
     */
    readonly domains: readonly string[];
    /**
     * User name for digest authentication, of the account to register, and of the caller where no number is known.
     */
    readonly username?: string;
    /**
     * Password for digest authentication, as text or as {file: path}.
     */
    readonly password?: Secret;
    /**
     * Register with the trunk, so that it sends its calls here wherever here is. Needs username and password. The registration is kept up for as long as the bridge runs.
     */
    readonly register: boolean;
    /**
     * How long a registration shall hold, in seconds. The trunk may grant less or demand more.
     */
    readonly registerSeconds: number;
    readonly proof?: ProofConfig;
    /**
     * The number shown to the callee if the caller has none in callerIds; "anonymous" shows none.
     */
    readonly callerId?: PhoneNumber | "anonymous";
    /**
     * The number shown to the callee, by Matrix user. "anonymous" shows none; the trunk is told callerId then, with the wish to keep it (RFC 3323).
     */
    readonly callerIds: ReadonlyMap<MatrixUserId, PhoneNumber | "anonymous">;
    /**
     * How many calls may be up on it at once, in and out together. Without it, any number.
     */
    readonly maxCalls?: number;
    /**
     * How many calls it may place here in a second, on average; as of sip.peers.
     */
    readonly callsPerSecond: number;
    /**
     * Where its calls come in from, as IP addresses or networks (CIDR), beside address itself if that is an IP address.
     */
    readonly addresses: readonly string[];
    /**
     * Whether to believe what it says of callers (P-Asserted-Identity, Remote-Party-ID, Diversion, History-Info, verstat), to assert our callers to it (RFC 3325), and to tell it how registered phones say that they are connected (P-Access-Network-Info).
     */
    readonly trusted: boolean;
    /**
     * The headers that tell it who calls, beside From. "asserted" is P-Asserted-Identity, "preferred" is P-Preferred-Identity, "remote-party-id" is for older PBXs; [] is From alone. Without this, asserted if it is trusted, and From alone if not.
     */
    readonly identity?: readonly ("asserted" | "preferred" | "remote-party-id")[];
    readonly charging?: ChargingConfig;
    /**
     * What its media looks like. The values are those of sip.peers.
     */
    readonly media: "rtp" | "srtp" | "srtp-optional" | "webrtc";
    /**
     * Country of the numbers it sends without country code, if not numbers.defaultCountry.
     */
    readonly defaultCountry?: CountryCode;
    /**
     * Digits it puts before called numbers, which are taken off.
     */
    readonly stripPrefix?: string;
    /**
     * How numbers are written for it. "plus" is +442071838750, "digits" 442071838750, "international" 00442071838750, "national" as dialled in defaultCountry (02071838750). Short codes stay as they are.
     */
    readonly numberFormat: "plus" | "digits" | "international" | "national";
    /**
     * Digits to dial before every number, for an outside line or as the provider asks; before short codes and emergency numbers too.
     */
    readonly dialPrefix: string;
    /**
     * How a called number is named. "sip-phone" is sip:number@address;user=phone, "sip" the same without user=phone, "tel" is tel:number. With "sip-phone" the caller's number has user=phone as well.
     */
    readonly numberUri: "sip-phone" | "sip" | "tel";
    /**
     * "sips" asks for TLS on the whole way to the callee (RFC 3261). Needs transport tls or wss.
     */
    readonly scheme: "sip" | "sips";
    /**
     * The domain in From and in asserted identities of calls, where the trunk expects one. Without it, the bridge's address. What is registered is username at address.
     */
    readonly fromDomain?: string;
    /**
     * Where requests are sent, if not to address, as host or host:port (an outbound proxy, RFC 3261).
     */
    readonly proxy?: HostPort;
    /**
     * The only realm to which the password is told (RFC 7616). Without it, any that the trunk names.
     */
    readonly realm?: string;
    /**
     * Headers to add to each INVITE sent to it. Those that a call needs cannot be set.
     */
    readonly headers: {
        [k: string]: string;
    };
}
/**
 * What it has to prove itself with when it calls in (digest). It may then do so from any address, so that even strangers learn that SIP is spoken here. Without it, only its address counts, or that it calls by a registration (register).
 */
export interface ProofConfig {
    /**
     * Its user name. No two trunks may have the same.
     */
    readonly username: string;
    /**
     * Its password, as text or as {file: path}.
     */
    readonly password: Secret;
}
/**
 * Correlates its charging records with ours (P-Charging-Vector, RFC 7315), as an IMS core wants it.
 */
export interface ChargingConfig {
    /**
     * The name other operators know this network by (orig-ioi of calls out, term-ioi of calls in).
     */
    readonly ioi?: string;
}
export interface AccountConfig {
    /**
     * What the phone registers as. Shares one set of names with peers and trunks.
     */
    readonly username: string;
    /**
     * The phone's password, as text or as {file: path}.
     */
    readonly password: Secret;
    /**
     * The Matrix user it belongs to.
     */
    readonly user: MatrixUserId;
    /**
     * The name its calls show.
     */
    readonly displayName?: string;
    /**
     * What its media looks like when it is called. The values are those of sip.peers.
     */
    readonly media: "rtp" | "srtp" | "srtp-optional" | "webrtc";
}
/**
 * Phone numbers and whom they reach.
 */
export interface NumbersConfig {
    /**
     * Country (two letters) whose way of writing numbers applies where no country code is given, so that 020 7183 8750 is +44 20 7183 8750. Without it such numbers are taken as they are written.
     */
    readonly defaultCountry?: CountryCode;
    /**
     * Number of digits of the longest short code (extension, service or emergency number). Longer numbers that are not complete can only be called if shortCodes or a rule names them. 0 leaves only those.
     */
    readonly shortCodeDigits: number;
    /**
     * Further short codes, which are never completed with a country code. A ? is any digit, \* the star key.
     */
    readonly shortCodes: readonly NumberPattern[];
    /**
     * Whom an incoming call to a number reaches. One number a line, one Matrix user each.
     */
    readonly map: ReadonlyMap<PhoneNumber, MatrixUserId>;
}
/**
 * Who may call out.
 */
export interface DiallingConfig {
    /**
     * What is allowed. Nobody may dial anything that no entry allows.
     */
    readonly allow: readonly DiallingRuleConfig[];
}
export interface DiallingRuleConfig {
    /**
     * Matrix users. A * stands for anything.
     *
     * @minItems 1
     */
    readonly users: readonly string[];
    /**
     * Numbers or addresses to allow. "+44*" is every full number that begins so, "2*" every short code that begins so, "20??" has one ? for each digit, "\*21#" has the star key, "*@pbx.example" is every user there, and "*" everything. Write the star key in single quotes. Short codes are those of numbers.shortCodeDigits and numbers.shortCodes, and those named here. CAUTION: "*", "+*" and full numbers abroad include premium numbers, which cost money.
     *
     * @minItems 1
     */
    readonly numbers: readonly NumberPattern[];
}
/**
 * Bounds on every call.
 */
export interface CallsConfig {
    /**
     * How long a call may ring, in seconds, before it ends unanswered.
     */
    readonly ringSeconds: number;
    /**
     * How long a call may last, in hours, before the bridge ends it.
     */
    readonly maxHours: number;
    /**
     * How many calls may be up at once. Further ones are refused (503).
     */
    readonly maxCalls: number;
}
/**
 * What the bridge remembers across restarts.
 */
export interface StoreConfig {
    /**
     * Folder of its files. Made if missing. Relative to this configuration file.
     */
    readonly path: string;
}
/**
 * What the bridge counts, for Prometheus.
 */
export interface MetricsConfig {
    /**
     * Where it is served over HTTP at /metrics, as address:port. Whoever reaches that may read it. Not served without it.
     */
    readonly listen?: Endpoint;
}
/**
 * What the bridge says while it runs.
 */
export interface LoggingConfig {
    /**
     * The least important messages to write. Phone numbers and SDP appear at debug only.
     */
    readonly level: "error" | "warn" | "info" | "debug";
    /**
     * "human" writes aligned text, "json" one object a line.
     */
    readonly format: "human" | "json";
}
export interface RtpengineConfig {
    /**
     * The ng control ports of one or more rtpengine instances, as host:port (UDP). Calls are spread over them.
     *
     * @minItems 1
     */
    readonly rtpengine: readonly Endpoint[];
    /**
     * How long to wait for an answer from an instance, in milliseconds, before it counts as dead.
     */
    readonly timeoutMs: number;
    /**
     * How often each instance is asked whether it lives, in seconds.
     */
    readonly probeSeconds: number;
}
