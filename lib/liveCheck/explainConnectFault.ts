import type { Result } from "./Finding.ts";

type Failure = Extract<Result, { readonly kind: "fails" }>;

const CHECK_ADDRESS = "check address and transport, and that a firewall lets us through";
const CHECK_CERTIFICATE = "have the peer's operator install a certificate";

const FAULTS: Readonly<Record<string, Omit<Failure, "kind">>> = {
    ECONNREFUSED: { text: "connection refused: nothing listens there", advice: CHECK_ADDRESS },
    ECONNRESET: { text: "connection closed by the peer", advice: "see whether the peer lets our address connect" },
    EHOSTUNREACH: { text: "no route to the host", advice: CHECK_ADDRESS },
    ENETUNREACH: { text: "no route to its network", advice: "check this machine's network" },
    CERT_HAS_EXPIRED: { text: "its certificate has expired", advice: "have the peer's operator renew the certificate" },
    CERT_NOT_YET_VALID: { text: "its certificate is not valid yet", advice: "check this machine's clock" },
    ERR_TLS_CERT_ALTNAME_INVALID: {
        text: "its certificate is for another name",
        advice: "set address to a name the certificate holds",
    },
    DEPTH_ZERO_SELF_SIGNED_CERT: {
        text: "its certificate is self-signed",
        advice: `${CHECK_CERTIFICATE} of an authority this machine trusts`,
    },
    SELF_SIGNED_CERT_IN_CHAIN: {
        text: "its certificate is of an unknown authority",
        advice: `${CHECK_CERTIFICATE} of an authority this machine trusts`,
    },
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
        text: "its certificate is of an unknown authority",
        advice: `${CHECK_CERTIFICATE} of an authority this machine trusts`,
    },
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
        text: "its certificate comes without its authority's",
        advice: `${CHECK_CERTIFICATE} with its whole chain`,
    },
    EPROTO: { text: "it does not speak TLS there", advice: "check transport and port" },
    ERR_SSL_WRONG_VERSION_NUMBER: { text: "it does not speak TLS there", advice: "check transport and port" },
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
