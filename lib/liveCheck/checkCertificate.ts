import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Result } from "./Finding.ts";

export interface OwnCertificate {
    /** PEM; the first of a chain is ours. */
    readonly certificate: string;
    /** PEM. */
    readonly key: string;
    /** The name or address peers reach us by, if it is known. */
    readonly host: string | undefined;
}

const DAY_MS = 86_400_000;
/** Two weeks: authorities that give out certificates by machine renew them a month ahead. */
const SOON_DAYS = 14;

/** Whether peers will take us for who we say. `now` in ms since 1970. Pure. */
export function checkCertificate({ certificate, key, host }: OwnCertificate, now: number): Result {
    const ours = readCertificate(certificate);
    if (ours === undefined)
        return { kind: "fails", text: "the file is not a PEM certificate", advice: "check the file" };
    if (!isOfKey(ours, key)) {
        return {
            kind: "fails",
            text: "the private key does not belong to the certificate",
            advice: "set sip.tls.key to the key of the certificate",
        };
    }
    const end = ours.validToDate.getTime();
    if (end <= now)
        return { kind: "fails", text: `the certificate expired on ${dayOf(end)}`, advice: "renew the certificate" };
    const start = ours.validFromDate.getTime();
    if (start > now) {
        return {
            kind: "fails",
            text: `the certificate is not valid before ${dayOf(start)}`,
            advice: "check the clock of this machine",
        };
    }
    const text = `${namesOf(ours).join(", ")}, until ${dayOf(end)}`;
    const daysLeft = Math.floor((end - now) / DAY_MS);
    if (daysLeft < SOON_DAYS) return { kind: "works", text, advice: `renew the certificate; days left: ${daysLeft}` };
    const isNamed = host === undefined || (isIP(host) === 0 ? ours.checkHost(host) : ours.checkIP(host)) !== undefined;
    return isNamed
        ? { kind: "works", text }
        : {
              kind: "works",
              text,
              advice: `the certificate does not contain ${host}, so peers that verify it reject it; get one for this name`,
          };
}

function readCertificate(pem: string): X509Certificate | undefined {
    try {
        return new X509Certificate(pem);
    } catch {
        return undefined;
    }
}

function isOfKey(certificate: X509Certificate, key: string): boolean {
    try {
        return certificate.checkPrivateKey(createPrivateKey(key));
    } catch {
        return false;
    }
}

/** Without what kind of name each is. */
function namesOf({ subjectAltName, subject }: X509Certificate): readonly string[] {
    return subjectAltName?.split(", ").map((name) => name.slice(name.indexOf(":") + 1)) ?? [subject];
}

function dayOf(ms: number): string {
    return new Date(ms).toISOString().slice(0, 10);
}
