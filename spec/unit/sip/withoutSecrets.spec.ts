import { expect, it } from "vitest";
import { bodyWithoutSecrets, headersWithoutSecrets } from "../../../lib/sip/withoutSecrets.ts";

it("hides credentials, and shows the other headers", () => {
    const headers = new Map([
        ["from", "<sip:2001@192.0.2.1>;tag=1"],
        ["authorization", 'Digest username="bridge", response="6629fae49393a05397450978507c4ef1"'],
        ["proxy-authorization", 'Digest username="bridge", response="6629fae49393a05397450978507c4ef1"'],
    ]);
    expect(headersWithoutSecrets(headers)).toEqual({
        from: "<sip:2001@192.0.2.1>;tag=1",
        authorization: "***",
        "proxy-authorization": "***",
    });
});

it("hides SRTP keys and ICE passwords in SDP", () => {
    const sdp = [
        "v=0",
        "k=base64:c2VjcmV0",
        "m=audio 9 RTP/SAVP 0",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz",
        "a=ice-ufrag:F7gI",
        "a=ice-pwd:x9cml/YzichV2+XlhiMu8g",
        "a=key-mgmt:mikey AQAFgM0XflABAAAAAAAAAAAAAAsAyO",
    ].join("\r\n");
    const shown = bodyWithoutSecrets("application/sdp", sdp);
    expect(shown).toContain("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***");
    expect(shown).toContain("a=ice-ufrag:F7gI");
    for (const secret of ["WVNf", "x9cml", "AQAFgM0X", "c2VjcmV0"]) expect(shown).not.toContain(secret);
});

it("shows only the size of other bodies", () => {
    expect(bodyWithoutSecrets("text/plain", "my private words")).toBe("(16 bytes)");
    expect(bodyWithoutSecrets(undefined, "")).toBe("");
});
