import { expect, it } from "vitest";
import { relayServerLog } from "../../../../lib/sip/drachtio/sipServerLog.ts";
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
