import { createPrivateKey, X509Certificate } from "node:crypto";

/** The texts of the files that `sip.tls` names. */
export interface TlsFiles {
    readonly certificate?: string;
    readonly key?: string;
    readonly caCertificates?: string;
}

/** What a TLS server could not be started with, by the key that names the file. Pure. */
export function tlsFileFaults(files: TlsFiles): readonly (readonly [key: keyof TlsFiles, text: string])[] {
    const faults: (readonly [keyof TlsFiles, string])[] = [];
    for (const name of ["certificate", "caCertificates"] as const) {
        const text = files[name];
        if (text !== undefined && readCertificate(text) === undefined)
            faults.push([name, "must be a file of PEM certificates"]);
    }
    if (files.key === undefined) return faults;
    const key = readKey(files.key);
    if (key === undefined) return [...faults, ["key", "must be a file with a PEM private key that has no passphrase"]];
    const certificate = files.certificate === undefined ? undefined : readCertificate(files.certificate);
    if (certificate?.checkPrivateKey(key) === false) {
        faults.push(["key", "must be the key that sip.tls.certificate was made with"]);
    }
    return faults;
}

/** The first of a chain. */
function readCertificate(pem: string): X509Certificate | undefined {
    try {
        return pem.includes("-----BEGIN") ? new X509Certificate(pem) : undefined;
    } catch {
        return undefined;
    }
}

function readKey(pem: string): ReturnType<typeof createPrivateKey> | undefined {
    try {
        return createPrivateKey(pem);
    } catch {
        return undefined;
    }
}
