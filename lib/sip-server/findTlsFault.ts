import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { TlsOptions } from "./transport/TransportOptions.ts";

/** Why the certificate, its private key or the CA certificates cannot be used, with the option that names the file. */
export function findTlsFault({ certificate, key, ca }: TlsOptions): string | undefined {
    if (certificate !== undefined && readCertificate(certificate) === undefined) {
        return "--tls-cert: no certificate in PEM form";
    }
    if (ca !== undefined && readCertificate(ca) === undefined) return "--tls-ca: no certificate in PEM form";
    if (key?.includes("ENCRYPTED")) return "--tls-key: protected by a passphrase; use a private key without one";
    const privateKey = key === undefined ? undefined : readKey(key);
    if (key !== undefined && privateKey === undefined) return "--tls-key: no private key in PEM form";
    if (certificate === undefined || key === undefined || privateKey === undefined) return undefined;
    if (readCertificate(certificate)?.checkPrivateKey(privateKey) === false) {
        return "--tls-key: not the key of the certificate in --tls-cert";
    }
    try {
        createSecureContext({ cert: certificate, key, ca });
        return undefined;
    } catch (error) {
        return `--tls-cert: ${error instanceof Error ? error.message : String(error)}`;
    }
}

function readCertificate(pem: string): X509Certificate | undefined {
    return readBy(() => new X509Certificate(pem));
}

function readKey(pem: string): ReturnType<typeof createPrivateKey> | undefined {
    return readBy(() => createPrivateKey(pem));
}

function readBy<Read>(read: () => Read): Read | undefined {
    try {
        return read();
    } catch {
        return undefined;
    }
}
