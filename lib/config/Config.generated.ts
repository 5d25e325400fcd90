/* Written by lab/generate.ts from config.schema.yaml. Change that and run npm run generate. */
import type { InboundRouteRules } from "../numbering/InboundRoutes.ts";
import type { MatrixRoomId, MatrixUserId } from "../numbering/MatrixUserId.ts";
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
     * SIP servers to which the bridge can send calls: carriers, PBXs or other SIP domains. Each trunk may also call in.
     */
    readonly trunks: readonly TrunkConfig[];
    /**
     * Phones that register with the bridge. Each account belongs to a Matrix user: its phones ring together with the user's Matrix clients, and its calls are made as that user.
     */
    readonly accounts: readonly AccountConfig[];
    readonly numbers: NumbersConfig;
    readonly dialling: DiallingConfig;
    readonly calls: CallsConfig;
    readonly messaging: MessagingConfig;
    /**
     * Media relay. With rtpengine, ordinary phones and trunks can call Matrix clients. With "none", media is sent directly between the two parties, which works only if every peer, trunk and account uses WebRTC (media: webrtc).
     */
    readonly media: "none" | RtpengineConfig;
    readonly store: StoreConfig;
    readonly metrics: MetricsConfig;
    /**
     * Who can give commands to the bridge, by user ID, server name, or "*" for everyone. The most specific entry counts. "user" covers the user's own calls, "operator" the calls and trunks of everyone, "admin" all changes. Users of homeserver.domain without an entry have the level user, all others none.
     */
    readonly permissions: {
        [k: string]: "none" | "user" | "operator" | "admin";
    };
    readonly control: ControlConfig;
    readonly admin?: AdminConfig;
    readonly records: RecordsConfig;
    readonly limits: LimitsConfig;
    readonly hep?: HepConfig;
    readonly logging: LoggingConfig;
}
/**
 * The Matrix homeserver that the bridge is registered with.
 */
export interface HomeserverConfig {
    /**
     * URL of the homeserver's client-server API, as the bridge reaches it.
     */
    readonly url: string;
    /**
     * Server name of the homeserver: the part after the colon in its user IDs.
     */
    readonly domain: string;
}
/**
 * The HTTP listener to which the homeserver sends events (application service API).
 */
export interface AppserviceConfig {
    /**
     * IP address to listen on. Only the homeserver must reach it.
     */
    readonly bind: string;
    /**
     * TCP port. The option --port of the command line overrides it.
     */
    readonly port: number;
}
/**
 * Users and rooms that the bridge creates in Matrix.
 */
export interface MatrixConfig {
    /**
     * Localpart prefix of ghosts, the Matrix users that represent phone numbers and SIP addresses, as in @sip_=2b442071838750:matrix.example. After a change, generate the registration again. Existing rooms are not used any more.
     */
    readonly ghostPrefix: string;
    /**
     * Whether the bridge joins the called local user to a new call room, so that the first call rings immediately. If false, the user is invited and must accept first. true: the users of numbers.map, accounts and defaultUser are joined, all others are invited. "all": all local users are joined. CAUTION: the registration covers the users who are joined: the homeserver sends the events of their rooms to the bridge, and the bridge can act as them. Generate the registration again after a change, and after you add users.
     */
    readonly joinAsCallee: false | true | "all";
    /**
     * Server names of other homeservers whose users SIP callers can reach as sip:user@domain. Users of homeserver.domain can always be reached.
     */
    readonly allowedDomains: readonly string[];
}
/**
 * The SIP side: listeners, phones and peers.
 */
export interface SipConfig {
    /**
     * Addresses to listen on for SIP, as transport:address:port. Transports are udp, tcp, tls, ws and wss. Browsers use ws and wss (RFC 7118). tls and wss need sip.tls.
     *
     * @minItems 1
     */
    readonly listen: readonly SipListener[];
    /**
     * IP address or host name at which SIP peers reach the bridge, if it is behind NAT. It is written into Via and Contact. It does not change the addresses for audio: see "interface" in rtpengine.conf.
     */
    readonly publicAddress?: string;
    /**
     * IP addresses or networks (CIDR) that reach the bridge at its own address instead of publicAddress, such as the phones in the same building. It has an effect only together with publicAddress.
     */
    readonly localNetworks: readonly string[];
    readonly tls?: TlsConfig;
    /**
     * File with host names and their IP addresses, in the format of /etc/hosts. The bridge uses it before DNS to find SIP servers.
     */
    readonly hostsFile?: string;
    readonly drachtio?: DrachtioConfig;
    /**
     * How to answer senders that are not a peer, trunk or account. "drop": no response, to make scanning harder. If there are accounts, or trunks with register or inboundAuth, an unknown call receives 100 and, after a minute, 480. "reject": 403, useful while setting up a phone or PBX.
     */
    readonly unknownPeers: "drop" | "reject";
    /**
     * Web pages whose WebSocket connections are accepted by their IP address, as the browser names them in Origin. A page that is not listed must authenticate as an account or trunk, even from the IP address of a peer. Connections without Origin come from programs that are no browsers.
     */
    readonly webSocketOrigins: readonly string[];
    readonly registrar: RegistrarConfig;
    /**
     * SIP servers that may call in, in addition to the trunks. The first entry that matches the source address is used.
     */
    readonly peers: readonly PeerConfig[];
}
/**
 * The certificate for tls and wss listeners, and the CA certificates to trust. The certificates of servers that the bridge connects to are always verified.
 */
export interface TlsConfig {
    /**
     * File with the certificate of the bridge and its intermediate certificates (PEM). The bridge also sends it to servers that ask for one.
     */
    readonly certificate?: string;
    /**
     * File with the private key of the certificate (PEM, without passphrase).
     */
    readonly key?: string;
    /**
     * File with the CA certificates to trust instead of those of the system (PEM), for example the CA of a PBX.
     */
    readonly caCertificates?: string;
}
/**
 * An external drachtio-server to use instead of the embedded SIP server. That server then has its own settings for listeners, public address, certificates and host names.
 */
export interface DrachtioConfig {
    /**
     * Host name or IP address of its control port.
     */
    readonly host: string;
    /**
     * TCP port of its control connection.
     */
    readonly port: number;
    /**
     * Its shared secret, as text or as {file: path}.
     */
    readonly secret: Secret;
}
/**
 * Registrations of phones with the bridge. It is used only if there are accounts.
 */
export interface RegistrarConfig {
    /**
     * Domain at which phones register, and digest realm of their passwords. Default: homeserver.domain.
     */
    readonly realm?: string;
    /**
     * Shortest registration lifetime, in seconds. Phones that request less receive 423.
     */
    readonly minSeconds: number;
    /**
     * Longest registration lifetime, in seconds. Phones that request more are registered for this time.
     */
    readonly maxSeconds: number;
    /**
     * Maximum number of phones registered to an account at the same time. If it is exceeded, the registration that expires first is removed.
     */
    readonly maxContacts: number;
    /**
     * Digest algorithms to offer to phones, in order of preference (RFC 8760). Some old phones fail on an algorithm they do not support, even if another one is offered. For those, use [MD5].
     *
     * @minItems 1
     */
    readonly algorithms: readonly ("SHA-256" | "SHA-512-256" | "MD5")[];
}
export interface PeerConfig {
    /**
     * Name of the peer in logs and metrics. It must differ from the names of all other peers, trunks and accounts.
     */
    readonly name: string;
    /**
     * IP addresses or networks (CIDR) that the peer's requests come from.
     *
     * @minItems 1
     */
    readonly inboundNetworks: readonly string[];
    /**
     * Whether to trust the caller identity that the peer sends: P-Asserted-Identity (RFC 3325), Remote-Party-ID, Diversion, History-Info and verstat.
     */
    readonly trusted: boolean;
    /**
     * Media that the peer uses. "rtp": plain RTP. "srtp": SRTP with keys in SDP (SDES). "srtp-optional": SRTP is offered, RTP is accepted (RFC 8643). "webrtc": ICE and DTLS. Calls from the peer with weaker protection are rejected with 488.
     */
    readonly media: "rtp" | "srtp" | "srtp-optional" | "webrtc";
    /**
     * How the bridge sends DTMF digits to the peer. "rtp": RTP events (RFC 4733); digits received by SIP INFO are rejected. "info": SIP INFO. "auto": RTP events if the session has them, otherwise SIP INFO if the peer allows it. Without media.dtmfReports, digits of Matrix clients are always RTP events.
     */
    readonly dtmf: "auto" | "rtp" | "info";
    /**
     * Whether calls from the peer can have video (VP8 or H.264, passed through without transcoding). If false, the bridge rejects video streams, and the call goes on with audio. Video between a SIP party with other media than webrtc and a Matrix client needs rtpengine on the host of the bridge.
     */
    readonly video: boolean;
    /**
     * Digits that the peer puts before called numbers. The bridge removes them.
     */
    readonly stripPrefix?: string;
    /**
     * Matrix user that inbound calls reach if no entry of numbers.map matches.
     */
    readonly defaultUser?: MatrixUserId;
    /**
     * Maximum number of calls from the peer at the same time. Further calls are rejected with 503.
     */
    readonly maxCalls: number;
    /**
     * Maximum number of inbound calls per second on average, with bursts of 5 seconds' worth of calls. Further calls are rejected with 503. CAUTION: each new caller creates a user and a room on the homeserver, which stay.
     */
    readonly callsPerSecond: number;
}
export interface TrunkConfig {
    /**
     * Name of the trunk in logs and metrics. It must differ from the names of all other peers, trunks and accounts.
     */
    readonly name: string;
    /**
     * Host name or IP address to send calls to, as host or host:port. A host name without port is resolved by DNS (RFC 3263). In a list, as in [a.carrier.example, b.carrier.example], the next address is used if one fails, for calls and for registration.
     */
    readonly address: readonly [HostPort, ...HostPort[]];
    /**
     * Transport of SIP to the trunk. With udp, DNS can select another transport for a host name without port (RFC 3263), and long requests are sent over TCP if the trunk has sent something over TCP before. With tls and wss, the trunk's certificate must be valid for the host name in address, or in proxy. For a private CA see sip.tls.caCertificates. If sip.listen has no such transport, the trunk can call in only over a connection that the bridge opened, as for register.
     */
    readonly transport: "udp" | "tcp" | "tls" | "ws" | "wss";
    /**
     * Path of the trunk's WebSocket server, with transport ws or wss. It consists of letters, digits and / . _ ~ -. An external drachtio-server ignores it.
     */
    readonly webSocketPath?: string;
    /**
     * Seconds to wait for any response to an INVITE before trying the next address or trunk. Up to 5 s more if no connection can be made. Ringing time does not count. An external drachtio-server ignores it and has its own timers.
     */
    readonly responseTimeoutSeconds: number;
    /**
     * Seconds between OPTIONS probes of each address. 0 disables them. An address that does not respond, or responds with 503 or 408, is used after all others.
     */
    readonly probeSeconds: number;
    /**
     * Prefixes of the numbers that the trunk serves. The trunk with the longest matching prefix is tried first. "+" matches all full numbers. "" matches short codes and emergency numbers too.
     */
    readonly prefixes: readonly string[];
    /**
     * Domains of SIP addresses (sip:user@domain) that are called through the trunk.
     */
    readonly domains: readonly string[];
    /**
     * User name for digest authentication and registration. It is also sent as the caller if no caller ID is known.
     */
    readonly username?: string;
    /**
     * Password for digest authentication, as text or as {file: path}.
     */
    readonly password?: Secret;
    /**
     * Whether to register with the trunk (REGISTER), so that it can deliver calls without knowing the bridge's address. Needs username and password.
     */
    readonly register: boolean;
    /**
     * Requested registration lifetime, in seconds (Expires). The registrar can choose another value.
     */
    readonly registrationSeconds: number;
    readonly inboundAuth?: InboundAuthConfig;
    /**
     * Caller ID for users that are not in callerIds. "anonymous" withholds it. Default: the user's number in numbers.map if the trunk is trusted, of several the first full one; otherwise none.
     */
    readonly callerId?: PhoneNumber | "anonymous";
    /**
     * Caller ID by Matrix user. "anonymous" withholds it: the trunk then receives callerId together with Privacy: id (RFC 3323).
     */
    readonly callerIds: ReadonlyMap<MatrixUserId, PhoneNumber | "anonymous">;
    /**
     * User part of From in calls. "caller": the caller ID. "account": username, with the caller ID in the headers of identity; for PBXs and carriers that recognise their client by From.
     */
    readonly fromUser: "caller" | "account";
    /**
     * Display names of Matrix users that are sent with the caller ID. "full": as it is. "ascii": without accents and other scripts, for old equipment. "none": not sent. Default: full if the trunk is trusted, otherwise none. The displayName of an account is always sent.
     */
    readonly callerName?: "full" | "ascii" | "none";
    /**
     * Maximum length of the display name that is sent, in characters. Longer names are cut.
     */
    readonly callerNameLength: number;
    /**
     * Maximum number of calls on the trunk at the same time, inbound and outbound together. Default: no limit.
     */
    readonly maxCalls?: number;
    /**
     * Matrix user that inbound calls reach if no entry of numbers.map matches.
     */
    readonly defaultUser?: MatrixUserId;
    /**
     * Whether the trunk can transfer its calls (REFER, INVITE with Replaces). "deny" rejects that with 403. "allow" connects the other party with the Matrix users that calls from this trunk reach, and with the numbers that the Matrix user in the call is allowed to dial. "refer" does the same, and the bridge also asks the trunk by REFER to carry out transfers of Matrix users from a party of the trunk to another one, and leaves the call. CAUTION: with "allow" and "refer", the bridge places calls, at the user's expense, because the trunk asks for it. The calls that a trunk places after a REFER do not count for the limits of the bridge.
     */
    readonly transfers: "deny" | "allow" | "refer";
    /**
     * Maximum number of inbound calls per second on average, as for sip.peers.
     */
    readonly callsPerSecond: number;
    /**
     * IP addresses or networks (CIDR) that inbound calls of the trunk come from, in addition to address if that is an IP address.
     */
    readonly inboundNetworks: readonly string[];
    /**
     * Whether to trust the caller identity that the trunk sends (P-Asserted-Identity, Remote-Party-ID, Diversion, History-Info, verstat). CAUTION: the bridge then also sends the trunk the identity of its own callers (RFC 3325) and the access network of registered phones (P-Access-Network-Info).
     */
    readonly trusted: boolean;
    /**
     * Headers with the caller's identity to send in addition to From. "asserted": P-Asserted-Identity. "preferred": P-Preferred-Identity. "remote-party-id": Remote-Party-ID, for older PBXs. []: none. Default: [asserted] if the trunk is trusted, otherwise [].
     */
    readonly identity?: readonly ("asserted" | "preferred" | "remote-party-id")[];
    readonly charging?: ChargingConfig;
    /**
     * Media that the trunk uses. The values are those of sip.peers.
     */
    readonly media: "rtp" | "srtp" | "srtp-optional" | "webrtc";
    /**
     * What the bridge does with audio that the trunk sends before the answer (183 Session Progress). "ignore": the Matrix client plays its own ringback. "answer": the bridge answers the call in Matrix, so that the user hears announcements and the trunk's ringback. The client then shows the call as connected. If the call fails, a notice says why.
     */
    readonly earlyMedia: "ignore" | "answer";
    /**
     * How the bridge sends DTMF digits to the trunk. The values are those of sip.peers.
     */
    readonly dtmf: "auto" | "rtp" | "info";
    /**
     * Whether calls in both directions can have video, as for sip.peers. A call that can be sent to several trunks has video only if all of them permit it.
     */
    readonly video: boolean;
    /**
     * Two-letter code of the country of numbers that the trunk sends without country code. Default: numbers.defaultCountry.
     */
    readonly defaultCountry?: CountryCode;
    /**
     * Short codes that this trunk serves, whatever its prefixes, in addition to those of numbers.shortCodes. They are never completed with a country code. Trunks that do not declare a code do not receive calls to it.
     */
    readonly shortCodes: readonly NumberPattern[];
    /**
     * Number of digits of the longest short code that the trunk serves, as its country or PBX has them. 0 allows only those that are named. Default: numbers.shortCodeDigits.
     */
    readonly shortCodeDigits?: number;
    /**
     * Digits that the trunk puts before called numbers. The bridge removes them.
     */
    readonly stripPrefix?: string;
    /**
     * Format of numbers sent to the trunk. "plus": +442071838750. "digits": 442071838750. "international": 00442071838750. "national": as dialled in defaultCountry, such as 02071838750. Short codes are sent as they are.
     */
    readonly numberFormat: "plus" | "digits" | "international" | "national";
    /**
     * Digits to put before every called number, for example for an outside line. They are also put before short codes and emergency numbers.
     */
    readonly dialPrefix: string;
    /**
     * URI of a called number. "sip-phone": sip:number@address;user=phone. "sip": without user=phone. "tel": tel:number. With "sip-phone", the caller's number has user=phone too.
     */
    readonly numberUri: "sip-phone" | "sip" | "tel";
    /**
     * URI scheme. "sips" requires TLS on the whole path to the callee (RFC 3261). It needs transport tls or wss.
     */
    readonly scheme: "sip" | "sips";
    /**
     * Domain in From and in asserted identities of calls. Default: the bridge's IP address. Registrations always use username at address.
     */
    readonly fromDomain?: string;
    /**
     * Outbound proxy (RFC 3261): host or host:port to send requests to instead of address.
     */
    readonly proxy?: HostPort;
    /**
     * Digest realm for which the password may be used (RFC 7616). Default: every realm that the trunk sends.
     */
    readonly realm?: string;
    /**
     * Headers to add to each INVITE to the trunk. Headers that the bridge sets itself cannot be set.
     */
    readonly headers: {
        [k: string]: string;
    };
}
/**
 * Digest credentials that the trunk must send with inbound calls. With them, it can call from any IP address, so unknown senders also receive responses. If it is not set, the trunk is recognised by its source address, or by its registration if register is set.
 */
export interface InboundAuthConfig {
    /**
     * User name. No two trunks can have the same.
     */
    readonly username: string;
    /**
     * Password, as text or as {file: path}.
     */
    readonly password: Secret;
    /**
     * Whether to accept digest credentials without qop (RFC 2069), as some old devices send them. CAUTION: they protect neither the body of a request nor a nonce against reuse.
     */
    readonly allowLegacyDigest: boolean;
}
/**
 * Correlation of charging records with the trunk (P-Charging-Vector, RFC 7315), for IMS cores.
 */
export interface ChargingConfig {
    /**
     * Inter-operator identifier of this network: orig-ioi in outbound calls, term-ioi in inbound calls.
     */
    readonly ioi?: string;
}
export interface AccountConfig {
    /**
     * User name with which the phone registers. It must differ from the names of all peers, trunks and other accounts.
     */
    readonly username: string;
    /**
     * Password of the phone, as text or as {file: path}.
     */
    readonly password: Secret;
    /**
     * Whether to accept digest credentials without qop (RFC 2069), as some old devices send them. CAUTION: they protect neither the body of a request nor a nonce against reuse.
     */
    readonly allowLegacyDigest: boolean;
    /**
     * Matrix user that the account belongs to.
     */
    readonly user: MatrixUserId;
    /**
     * Display name of the phone's calls.
     */
    readonly displayName?: string;
    /**
     * Media that the phone uses when it is called. The values are those of sip.peers.
     */
    readonly media: "rtp" | "srtp" | "srtp-optional" | "webrtc";
    /**
     * How the bridge sends DTMF digits to the phones of the account. The values are those of sip.peers.
     */
    readonly dtmf: "auto" | "rtp" | "info";
    /**
     * Whether calls in both directions can have video, as for sip.peers. A phone without video rejects that stream, and the call goes on with audio.
     */
    readonly video: boolean;
}
/**
 * Phone numbers: how they are read, and which Matrix users they reach.
 */
export interface NumbersConfig {
    /**
     * Two-letter code of the country whose numbering plan applies to numbers without country code, so that 020 7183 8750 is +44 20 7183 8750. If it is not set, such numbers stay as they are written.
     */
    readonly defaultCountry?: CountryCode;
    /**
     * Number of digits of the longest short code (extension, service or emergency number). Longer numbers that are incomplete can be called only if shortCodes or a rule names them. 0 allows only those.
     */
    readonly shortCodeDigits: number;
    /**
     * More short codes. They are never completed with a country code. ? is any digit, \* is the star key.
     */
    readonly shortCodes: readonly NumberPattern[];
    /**
     * Matrix users that inbound calls reach, by the called number (+442071838750, 2001), a pattern (20??, +4420*), a range (2000..2099), or an account name, for trunks and PBXs that call the bridge by its user name. The most specific entry is used. In the user of a pattern or range, {digits} is the called number, {digits:2} its last two digits. Calls that no entry matches reach the defaultUser of the trunk or peer, or are rejected with 404.
     */
    readonly map: InboundRouteRules;
}
/**
 * Permissions for outbound calls.
 */
export interface DiallingConfig {
    /**
     * Rules that allow outbound calls. A call that matches no rule is rejected.
     */
    readonly allow: readonly DiallingRuleConfig[];
}
export interface DiallingRuleConfig {
    /**
     * Matrix users. * matches any characters.
     *
     * @minItems 1
     */
    readonly users: readonly string[];
    /**
     * Numbers or SIP addresses. "+44*": full numbers with this beginning. "2*": short codes with this beginning. "20??": one ? for each digit. '\*21#': \* is the star key (write it in single quotes). "*@pbx.example": SIP addresses. "*": everything. CAUTION: "*", "+*" and full numbers abroad include premium numbers, which cost money.
     *
     * @minItems 1
     */
    readonly numbers: readonly NumberPattern[];
}
/**
 * Limits of calls.
 */
export interface CallsConfig {
    /**
     * Seconds that a call may ring before it ends unanswered.
     */
    readonly ringSeconds: number;
    /**
     * Hours that a call may last before the bridge ends it.
     */
    readonly maxHours: number;
    /**
     * Session interval of calls to SIP (RFC 4028), in seconds. Within it, the bridge or the phone confirms that the other side is still in the call; if it is not, the call ends. 0 turns the timer off. The callee can choose a shorter interval.
     */
    readonly sessionTimerSeconds: number;
    /**
     * Music for a party that is held, if the party that holds sends none: a file that rtpengine reads on its own host (WAV, MP3, Ogg and others), repeated without end. Left out, the quiet music that comes with the bridge. "none": the party hears silence. It has no effect with media none.
     */
    readonly holdMusic?: string;
    /**
     * Maximum number of calls at the same time. Further calls are rejected with 503.
     */
    readonly maxCalls: number;
}
/**
 * Text messages between SIP and Matrix. Messages from peers, trunks and registered phones are accepted as their calls are.
 */
export interface MessagingConfig {
    /**
     * Rules that allow Matrix users, and their registered phones, to send messages. A message is rejected unless a rule allows it. Numbers are written as in dialling.allow. CAUTION: trunks and SMS services can charge for messages.
     */
    readonly allow: readonly DiallingRuleConfig[];
    /**
     * Senders on the SIP side whose messages are not accepted. Numbers are written as in dialling.allow.
     */
    readonly block: readonly string[];
    /**
     * Response to blocked senders. "reject" is 403, "drop" is none.
     */
    readonly blockedSenders: "reject" | "drop";
    /**
     * Hours after which a message fails if the recipient's network cannot be reached. Until then it is sent again with growing pauses.
     */
    readonly retryHours: number;
    /**
     * Hours that a message waits for a registered phone that is offline.
     */
    readonly offlineHours: number;
    /**
     * Longest text, in bytes of UTF-8. Longer messages are rejected.
     */
    readonly maxBytes: number;
    /**
     * Messages that one sender can send per minute, on average.
     */
    readonly perMinute: number;
    /**
     * Messages that one sender can send at the same time.
     */
    readonly burst: number;
    /**
     * Messages that can wait for delivery at the same time. Further ones are rejected.
     */
    readonly maxWaiting: number;
    /**
     * Whether notices (m.notice), which are written by bots, are sent to the SIP side.
     */
    readonly notices: boolean;
    /**
     * Whether reactions are sent to the SIP side, as text.
     */
    readonly reactions: boolean;
    /**
     * Whether read receipts in Matrix are sent to senders on the SIP side that ask for them (RFC 5438). Generate the registration again after a change.
     */
    readonly readReceipts: boolean;
    /**
     * Whether typing notifications pass between both sides (RFC 3994). Generate the registration again after a change.
     */
    readonly typing: boolean;
    readonly web?: MessagingWebConfig;
    /**
     * SMS services with an HTTP API, for carriers without SIP MESSAGE. They need messaging.web, because they deliver messages by webhook.
     */
    readonly services: readonly SmsServiceConfig[];
    readonly files: MessagingFilesConfig;
}
/**
 * HTTP listener for links to files and for webhooks of SMS services. Without it, files are sent as their name only. Use a reverse proxy with TLS in front of it.
 */
export interface MessagingWebConfig {
    /**
     * IP address and port to listen on.
     */
    readonly listen: Endpoint;
    /**
     * URL at which recipients and SMS services reach the listener.
     */
    readonly publicUrl: string;
}
export interface SmsServiceConfig {
    /**
     * Name in logs and in the URL of its webhook, which is messaging.web.publicUrl/sms/name.
     */
    readonly name: string;
    /**
     * How the service is spoken to. "telnyx" has JSON requests with a bearer token and webhooks signed with Ed25519, "twilio" form requests with a password and webhooks signed with HMAC-SHA1. "custom" is described in custom.
     */
    readonly profile: "telnyx" | "twilio" | "custom";
    /**
     * Base URL of the API, if it is not that of the profile. Required for profile custom.
     */
    readonly apiUrl?: string;
    /**
     * Account identifier, for profile twilio.
     */
    readonly account: string;
    /**
     * API key or password, as text or as {file: path}.
     */
    readonly apiKey: Secret;
    /**
     * Key that verifies webhooks; for profile telnyx its public key. Without it, apiKey. Required for profile custom.
     */
    readonly webhookKey?: string;
    /**
     * Beginnings of the numbers it serves. Of services and trunks, the one with the longest match is used, services first.
     */
    readonly prefixes: readonly string[];
    /**
     * Number or name that messages are sent from, for users without one in senders.
     */
    readonly sender?: string;
    /**
     * Number or name that messages are sent from, by Matrix user.
     */
    readonly senders: {
        [k: string]: string;
    };
    /**
     * Further fields of each request, as templates with {from}, {to}, {text}, {account} and {webhook}.
     */
    readonly fields: {
        [k: string]: string;
    };
    readonly custom?: CustomSmsServiceConfig;
}
/**
 * Requests and webhooks of a service that is none of the known kinds, for profile custom. The fields of a request are those of fields. Paths such as data.0.id lead through JSON, or name a form field.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "customSmsService".
 */
export interface CustomSmsServiceConfig {
    /**
     * Path of requests, below apiUrl, as a template.
     */
    readonly path: string;
    /**
     * Format of requests.
     */
    readonly format: "json" | "form";
    /**
     * "bearer" sends apiKey as a bearer token, "basic" sends account and apiKey as user name and password.
     */
    readonly authorization: "bearer" | "basic";
    /**
     * Header that has apiKey, instead of Authorization.
     */
    readonly keyHeader?: string;
    /**
     * Field with the links to images and files (MMS).
     */
    readonly mediaField: string;
    /**
     * Path of the message's identifier in a response, by which reports name it.
     */
    readonly id: string;
    /**
     * Header with the HMAC-SHA256 of a webhook's body by webhookKey, in hexadecimal or base64. Without it, the URL of the webhook must end in ?token= and webhookKey. CAUTION: such a URL can appear in logs.
     */
    readonly signatureHeader?: string;
    readonly received: CustomSmsReceivedConfig;
    readonly report?: CustomSmsReportConfig;
}
/**
 * Paths in a webhook with a message.
 */
export interface CustomSmsReceivedConfig {
    /**
     * Identifier of the message.
     */
    readonly id: string;
    /**
     * Number of the sender.
     */
    readonly from: string;
    /**
     * Number of the recipient.
     */
    readonly to: string;
    /**
     * Text.
     */
    readonly text: string;
    /**
     * URLs of images and files, or objects with url and content_type.
     */
    readonly media?: string;
}
/**
 * Paths in a webhook with a delivery report, and the statuses that are passed on.
 */
export interface CustomSmsReportConfig {
    /**
     * Identifier of the message that was sent.
     */
    readonly id: string;
    /**
     * Status of the message.
     */
    readonly status: string;
    /**
     * Statuses of a delivered message.
     */
    readonly delivered: readonly string[];
    /**
     * Statuses of a message that failed.
     */
    readonly failed: readonly string[];
}
/**
 * Images and other files in messages.
 */
export interface MessagingFilesConfig {
    /**
     * Largest file, in megabytes.
     */
    readonly maxMegabytes: number;
    /**
     * Hours that a link to a file is valid.
     */
    readonly linkHours: number;
    /**
     * Hosts, with port if needed, from which the bridge downloads files over HTTPS: those of an RCS network or an SMS service. Files on other hosts are shown as links.
     */
    readonly allowedHosts: readonly string[];
}
/**
 * Data that the bridge keeps across restarts.
 */
export interface StoreConfig {
    /**
     * Directory for the bridge's data files, relative to this configuration file. It is created if it does not exist. For a configuration in /etc/matrix-appservice-sip, "data" stands for /var/lib/matrix-appservice-sip.
     */
    readonly path: string;
}
/**
 * Metrics for Prometheus.
 */
export interface MetricsConfig {
    /**
     * Address of the HTTP listener that serves /metrics, as address:port. CAUTION: everyone who can reach it can read the metrics. Without it, metrics are not served.
     */
    readonly listen?: Endpoint;
}
/**
 * Commands and reports in Matrix rooms.
 */
export interface ControlConfig {
    /**
     * Room that receives one message at the start and one at the end of each incident. An admin must invite the bridge's bot to it. Without it, the room to which an admin invited the bot last is used.
     */
    readonly room?: MatrixRoomId;
    /**
     * Number or SIP address that echoes audio. The command `testcall` calls it if no other number is given. Many carriers and PBXs offer one.
     */
    readonly echoNumber?: string;
}
/**
 * HTTP interface for administration, and for the command `matrix-appservice-sip admin`.
 */
export interface AdminConfig {
    /**
     * Address of the HTTP listener, as address:port. It must be a loopback address, unless allowRemote is set.
     */
    readonly listen: Endpoint;
    /**
     * Whether listen can be an address that other machines reach. CAUTION: the listener has no TLS, so everyone on the way can read the token and then give every command.
     */
    readonly allowRemote: boolean;
    /**
     * Token that clients send as "Authorization: Bearer", as text or as {file: path}. It gives the level admin.
     */
    readonly token: Secret;
}
/**
 * Call records, one JSON object a line, in calls.jsonl in store.path.
 */
export interface RecordsConfig {
    /**
     * Size at which the file is renamed to calls.1.jsonl and a new one is begun, in megabytes.
     */
    readonly maxMegabytes: number;
    /**
     * Number of renamed files that are kept. Older ones are deleted.
     */
    readonly keepFiles: number;
    /**
     * Age in days after which calls no longer appear in the history. With 0, calls are recorded neither in the file nor in the history.
     */
    readonly keepDays: number;
    /**
     * How the records show phone numbers, as in logging.numbers.
     */
    readonly numbers: "short" | "full";
}
/**
 * Limits against fraud for calls to trunks, for each user, for each trunk, and for all calls to premium-rate numbers or to other countries than numbers.defaultCountry together. A call beyond a limit is rejected. Commands show and change them.
 */
export interface LimitsConfig {
    readonly user: LimitValuesConfig;
    readonly trunk: LimitValuesConfig;
    readonly premium: LimitValuesConfig;
    readonly international: LimitValuesConfig;
    /**
     * Price of a minute, by beginning of the number. The longest beginning counts. Needed for costPerDay.
     */
    readonly rates: {
        [k: string]: number;
    };
    /**
     * Numbers of emergency services.
     */
    readonly emergencyNumbers: readonly string[];
    /**
     * "allow" lets calls to emergency numbers pass all limits. "reject" rejects them, for a bridge that cannot tell emergency services where a caller is. Either way, a rule in dialling.allow and a trunk are needed to call them.
     */
    readonly emergency: "allow" | "reject";
    /**
     * What happens when minutesPerDay or costPerDay is reached during a call. "end" ends the calls that count for the limit. "reject" lets them go on, and rejects new calls only.
     */
    readonly whenReached: "end" | "reject";
}
export interface LimitValuesConfig {
    /**
     * Number of calls at the same time.
     */
    readonly concurrentCalls?: number;
    /**
     * Number of calls started within a minute.
     */
    readonly callsPerMinute?: number;
    /**
     * Minutes of all answered calls within a day (UTC).
     */
    readonly minutesPerDay?: number;
    /**
     * Price of all answered calls within a day (UTC), by limits.rates.
     */
    readonly costPerDay?: number;
}
/**
 * Sends SIP messages and a report about each call to a collector that understands HEP version 3, such as Homer, over UDP. Passwords and media keys are removed. CAUTION: the messages hold complete phone numbers, and are not encrypted on the way.
 */
export interface HepConfig {
    /**
     * Address of the collector, as host:port.
     */
    readonly collector: Endpoint;
    /**
     * Number by which the collector tells this bridge from other senders.
     */
    readonly captureId: number;
    /**
     * Password that the collector requires, if it does, as text or as {file: path}.
     */
    readonly password?: Secret;
}
/**
 * Log output.
 */
export interface LoggingConfig {
    /**
     * Minimum log level.
     */
    readonly level: "error" | "warn" | "info" | "debug";
    /**
     * Log format. "human": aligned text. "json": one JSON object per line.
     */
    readonly format: "human" | "json";
    /**
     * How the log shows phone numbers. "short" hides their middle, as in +4420…50; extensions of up to six digits are always complete. "full" shows every digit.
     */
    readonly numbers: "short" | "full";
    /**
     * Whether the log contains every SIP message, at level info, with its Call-ID. Passwords and media keys are removed. CAUTION: the messages contain complete phone numbers.
     */
    readonly sip: boolean;
}
export interface RtpengineConfig {
    /**
     * Control ports (ng protocol, UDP) of one or more rtpengine instances, as host:port. Calls are distributed over them.
     *
     * @minItems 1
     */
    readonly rtpengine: readonly Endpoint[];
    readonly interfaces?: RtpengineInterfacesConfig;
    /**
     * UDP address at which the bridge receives rtpengine's reports of DTMF digits, as address:port. It must be the value of dtmf-log-dest in rtpengine.conf. With it, digits of Matrix clients reach phones and PBXs that receive them by SIP INFO only. Reports are accepted from the hosts in media.rtpengine. CAUTION: they come without authentication. Use a loopback address if rtpengine runs on the same machine, or an address of a private network.
     */
    readonly dtmfReports?: Endpoint;
    /**
     * Milliseconds to wait for a response from an instance before it counts as unavailable.
     */
    readonly timeoutMs: number;
    /**
     * Seconds between probes of each instance.
     */
    readonly probeSeconds: number;
}
/**
 * Names of the networks in rtpengine.conf to use towards SIP and towards Matrix clients, if rtpengine has several, as in "interface = lan/192.168.1.5;wan/192.168.1.5!203.0.113.7". If it is not set, rtpengine chooses.
 */
export interface RtpengineInterfacesConfig {
    /**
     * Name of the network towards peers, trunks and phones.
     */
    readonly sip: string;
    /**
     * Name of the network towards Matrix clients.
     */
    readonly webrtc: string;
}
