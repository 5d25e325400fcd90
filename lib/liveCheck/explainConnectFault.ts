import type { Result } from "./Finding.ts";

type Failure = Extract<Result, { readonly kind: "fails" }>;

const CHECK_ADDRESS = "check address and transport, and that no firewall blocks the connection";
const CHECK_CERTIFICATE = "ask the operator of the peer to install a certificate";

const FAULTS: Readonly<Record<string, Omit<Failure, "kind">>> = {
    ECONNREFUSED: { text: "connection refused: no program listens on this port", advice: CHECK_ADDRESS },
    ECONNRESET: {
        text: "connection closed by the peer",
        advice: "check that the peer accepts connections from this address",
    },
    EHOSTUNREACH: { text: "no route to the host", advice: CHECK_ADDRESS },
    ENETUNREACH: { text: "no route to its network", advice: "check the network of this machine" },
    CERT_HAS_EXPIRED: {
        text: "its certificate has expired",
        advice: "ask the operator of the peer to renew the certificate",
    },
    CERT_NOT_YET_VALID: { text: "its certificate is not valid yet", advice: "check the clock of this machine" },
    ERR_TLS_CERT_ALTNAME_INVALID: {
        text: "its certificate is for another name",
        advice: "set address to a name in the certificate",
    },
    DEPTH_ZERO_SELF_SIGNED_CERT: {
        text: "its certificate is self-signed",
        advice: `${CHECK_CERTIFICATE} from a CA that this machine trusts, or set sip.tls.caCertificates`,
    },
    SELF_SIGNED_CERT_IN_CHAIN: {
        text: "its certificate is from an unknown CA",
        advice: `${CHECK_CERTIFICATE} from a CA that this machine trusts, or set sip.tls.caCertificates`,
    },
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
        text: "its certificate is from an unknown CA",
        advice: `${CHECK_CERTIFICATE} from a CA that this machine trusts, or set sip.tls.caCertificates`,
    },
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
        text: "its certificate is sent without the intermediate certificates",
        advice: `${CHECK_CERTIFICATE} with all intermediate certificates`,
    },
    EPROTO: { text: "no TLS on this port", advice: "check transport and port" },
    ERR_SSL_WRONG_VERSION_NUMBER: { text: "no TLS on this port", advice: "check transport and port" },
};

/** Why no connection came about, and what to do: by the system's or OpenSSL's word for it. Pure. */
export function explainConnectFault(error: unknown): Failure {
    const code = codeOf(error);
    const known = code === undefined ? undefined : FAULTS[code];
    if (known !== undefined) return { kind: "fails", ...known };
    const text = error instanceof Error ? error.message : String(error);
    return { kind: "fails", text: code === undefined ? text : `${text} (${code})`, advice: CHECK_ADDRESS };
}

/** The innermost one: what was wrong, not what came of it. */
function codeOf(error: unknown): string | undefined {
    if (!(error instanceof Error)) return undefined;
    const inner = codeOf(error.cause);
    return inner ?? ("code" in error && typeof error.code === "string" ? error.code : undefined);
}
