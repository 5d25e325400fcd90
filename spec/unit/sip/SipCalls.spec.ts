import { expect, test } from "vitest";
import { SipCalls } from "../../../lib/sip/SipCalls.ts";

const leg = () => ({ lost: () => [] });

test("the end of calls is reached immediately if there are none", async () => {
    await new SipCalls().over();
});

test("calls are over once the last one is", async () => {
    const calls = new SipCalls();
    const [first, last] = [leg(), leg()];
    calls.add(first, "carrier");
    calls.add(last, "carrier");
    const seen: string[] = [];
    const over = calls.over().then(() => seen.push("over"));
    calls.remove(first);
    await Promise.resolve();
    expect(seen).toEqual([]);
    calls.remove(last);
    await over;
    expect(calls.legsOf("carrier")).toBe(0);
});
