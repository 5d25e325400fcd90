import { expect, test } from "vitest";
import { mirrored, withoutReceiving } from "../../../lib/sdp/direction.ts";

test.each([
    ["sendrecv", "sendrecv", "sendonly"],
    ["sendonly", "recvonly", "sendonly"],
    ["recvonly", "sendonly", "inactive"],
    ["inactive", "inactive", "inactive"],
] as const)("%s is mirrored as %s, and without receiving is %s", (direction, mirror, deaf) => {
    expect(mirrored(direction)).toBe(mirror);
    expect(withoutReceiving(direction)).toBe(deaf);
});
