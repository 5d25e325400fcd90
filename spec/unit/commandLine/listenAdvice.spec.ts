import { expect, it } from "vitest";
import { listenAdvice } from "../../../lib/commandLine/listenAdvice.ts";

it.each([
    ["metrics.listen cannot be used: listen EACCES: permission denied 127.0.0.1:81", /below 1024/],
    ["the embedded SIP server does not start: bind EACCES 127.0.0.1:506; see sip.listen", /below 1024/],
    ["admin.listen cannot be used: listen EADDRINUSE: address already in use 127.0.0.1:9465", /another process/],
    ["admin.listen cannot be used: listen EADDRNOTAVAIL: address not available 192.0.2.1:9465", /use one of its own/],
    ["cannot use data: EACCES: permission denied, open 'data'", /^$/],
])("says what to do about: %s", (text, advice) => {
    expect(listenAdvice(text)).toMatch(advice);
});
