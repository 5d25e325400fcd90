import { expect, test } from "vitest";
import { explainConnectFault } from "../../../lib/liveCheck/explainConnectFault.ts";

const withCode = (code: string, message = "x"): Error => Object.assign(new Error(message), { code });

test.each<[unknown, string]>([
    [withCode("ECONNREFUSED"), "connection refused: no program listens on this port"],
    [new Error("no connection", { cause: withCode("CERT_HAS_EXPIRED") }), "its certificate has expired"],
    [new Error("no connection", { cause: withCode("EODD", "odd") }), "no connection (EODD)"],
    [new Error("no connection in time"), "no connection in time"],
    ["thrown text", "thrown text"],
])("%s", (error, text) => {
    expect(explainConnectFault(error)).toMatchObject({ kind: "fails", text });
});
