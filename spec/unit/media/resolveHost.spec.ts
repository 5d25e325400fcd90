import { describe, expect, it } from "vitest";
import type { ResolveHost } from "../../../lib/media/resolveHost.ts";
import { withResolvedHost } from "../../../lib/media/resolveHost.ts";
import { type PartyDescription, readParty } from "../../../lib/sdp/PartyDescription.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { browserAnswer, phone } from "../../support/descriptions.ts";

function read(sdp: string): PartyDescription {
    const reading = readParty(sdp, "rtp");
    if (reading.kind !== "usable") throw new Error(reading.kind);
    return reading.party;
}

const named = read(phone({ address: "phone.example" }));
const found: ResolveHost = (host, family) =>
    Promise.resolve(host === "phone.example" && family === 4 ? "192.0.2.7" : "wrong");

describe("a host name as media address", () => {
    it("is replaced by the address it resolves to", async () => {
        const { description } = await withResolvedHost(named, found, new FakeClock());
        expect(description.media[0]?.connection).toEqual({ version: 4, ip: "192.0.2.7" });
    });

    it("ends the call with noCommonMedia if it cannot be resolved", async () => {
        const resolve: ResolveHost = () => Promise.reject(new Error("ENOTFOUND"));
        await expect(withResolvedHost(named, resolve, new FakeClock())).rejects.toMatchObject({
            endCause: "noCommonMedia",
        });
    });

    it("ends the call with noCommonMedia if that takes more than 2 s", async () => {
        const clock = new FakeClock();
        const resolved = withResolvedHost(named, () => new Promise(() => undefined), clock);
        clock.advance(2_000);
        await expect(resolved).rejects.toMatchObject({ endCause: "noCommonMedia" });
    });

    it("is not resolved if the party uses ICE, or if it is an address", async () => {
        const never: ResolveHost = () => Promise.reject(new Error("asked"));
        const browser = read(browserAnswer({ mid: "0" }).replace("c=IN IP4 0.0.0.0", "c=IN IP4 x.local"));
        const { streams } = await withResolvedHost(browser, never, new FakeClock());
        expect(streams[0].connection?.ip).toBe("0.0.0.0");
        const plain = read(phone());
        expect(await withResolvedHost(plain, never, new FakeClock())).toBe(plain);
    });
});
