import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** PEM of a certificate and its key. */
export interface TestCertificate {
    readonly certificate: string;
    readonly key: string;
}

/**
 * An authority made by openssl for this run, and certificates it signed: one for each set of subject alternative names,
 * good for two days unless said otherwise.
 */
export function makeCertificates<Name extends string>(
    wanted: Readonly<Record<Name, string>>,
    days: { readonly [name in Name]?: number } = {},
): { readonly ca: string } & Readonly<Record<Name, TestCertificate>> {
    const folder = mkdtempSync(join(tmpdir(), "sip-certificates-"));
    const file = (name: string): string => join(folder, name);
    const openssl = (...args: string[]): void => void execFileSync("openssl", args, { stdio: "pipe" });
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    try {
        openssl(
            "req",
            "-x509",
            ...ec,
            "-keyout",
            file("ca.key"),
            "-out",
            file("ca.pem"),
            "-subj",
            "/CN=test authority",
            "-days",
            "2",
        );
        const signed = Object.entries<string>(wanted).map(([name, alternatives]): [string, TestCertificate] => {
            const [key, request, certificate] = [file(`${name}.key`), file(`${name}.csr`), file(`${name}.pem`)];
            writeFileSync(file(`${name}.ext`), `subjectAltName=${alternatives}\n`);
            openssl("req", ...ec, "-keyout", key, "-out", request, "-subj", `/CN=${name}`);
            openssl(
                ...["x509", "-req", "-in", request, "-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial"],
                ...["-days", String(days[name as Name] ?? 2), "-extfile", file(`${name}.ext`), "-out", certificate],
            );
            return [name, { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") }];
        });
        const certificates = Object.fromEntries(signed) as Record<Name, TestCertificate>;
        return { ca: readFileSync(file("ca.pem"), "utf8"), ...certificates };
    } finally {
        rmSync(folder, { recursive: true });
    }
}
