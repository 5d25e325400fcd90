import { readFileSync } from "node:fs";
import type { Config } from "../config/Config.generated.ts";
import type { Result } from "./Finding.ts";
import { checkCertificate } from "./checkCertificate.ts";

/** Whether those who call us over TLS will take us for who we say; undefined where we show no certificate. */
export function checkOwnCertificate({ tls, publicAddress }: Config["sip"], now: number): Result | undefined {
    if (tls?.certificate === undefined || tls.key === undefined) return undefined;
    const [certificate, key] = [readFileSync(tls.certificate, "utf8"), readFileSync(tls.key, "utf8")];
    return checkCertificate({ certificate, key, host: publicAddress }, now);
}
