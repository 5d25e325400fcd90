import { afterAll, expect, it } from "vitest";
import { portWarnings, userWarnings } from "../../../lib/commandLine/userWarnings.ts";
import { ConfigFolder, MINIMAL_CONFIG } from "../../support/configFile.ts";

const folder = new ConfigFolder();
afterAll(() => folder.remove());

it("warns about each port that the user cannot listen on", () => {
    const config = folder.load({
        ...MINIMAL_CONFIG,
        appservice: { port: 443 },
        sip: { listen: ["udp:127.0.0.1:5060"] },
    });
    const what = "this user cannot listen on port 443, which needs root or the capability CAP_NET_BIND_SERVICE";
    expect(portWarnings(config, 1024)).toEqual([`appservice.port: ${what}; use a port from 1024`]);
    expect(portWarnings(config, 443)).toEqual([]);
});

it("warns about a store.path within a file", () => {
    const file = folder.write("file", "");
    const config = folder.load({ ...MINIMAL_CONFIG, store: { path: "file/data" } });
    expect(userWarnings(config)).toContain(`store.path: ${file} is not a directory; name another path`);
});

it("has no warnings about a directory that is created at the start", () => {
    const config = folder.load({ ...MINIMAL_CONFIG, store: { path: "new/data" } });
    expect(userWarnings(config)).toEqual([]);
});
