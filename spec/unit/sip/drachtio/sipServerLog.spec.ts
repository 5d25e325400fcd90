import { expect, it } from "vitest";
import { relayServerLog, startFailureOf } from "../../../../lib/sip/drachtio/sipServerLog.ts";
import { RecordedLog } from "../../../support/RecordedLog.ts";

it.each([
    ['{"level":"warn","message":"request dropped","address":"192.0.2.1"}', "warn", "request dropped"],
    ['{"level":"info","message":"application connected"}', "debug", "application connected"],
    ["Segmentation fault", "warn", "SIP server log"],
])("relays a line of the SIP server: %s", (line, level, message) => {
    const log = new RecordedLog();
    relayServerLog(log, line);
    expect(log.lines).toEqual([
        { level, message, fields: expect.objectContaining({ process: "sip-server" }) as object },
    ]);
});

it.each([
    "listen EADDRINUSE: address already in use 127.0.0.1:5060",
    '{"level":"warn","message":"listener failed","error":"Error: listen EADDRINUSE: address already in use 127.0.0.1:5060"}',
])("names sip.listen if the server cannot listen, whichever line comes last: %s", (line) => {
    expect(startFailureOf(line)).toBe("listen EADDRINUSE: address already in use 127.0.0.1:5060; see sip.listen");
});
