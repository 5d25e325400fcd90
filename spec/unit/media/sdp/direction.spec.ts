import { expect, test } from "vitest";
import { mirrored, narrowed, withoutReceiving } from "../../../../lib/media/sdp/direction.ts";

test.each([
    ["sendrecv", "sendrecv", "sendonly"],
    ["sendonly", "recvonly", "sendonly"],
    ["recvonly", "sendonly", "inactive"],
    ["inactive", "inactive", "inactive"],
] as const)("%s is mirrored as %s, and without receiving is %s", (direction, mirror, deaf) => {
    expect(mirrored(direction)).toBe(mirror);
    expect(withoutReceiving(direction)).toBe(deaf);
});

test.each([
    ["sendrecv", "sendrecv", "sendrecv"],
    ["sendrecv", "recvonly", "recvonly"],
    ["sendonly", "recvonly", "inactive"],
    ["sendonly", "sendonly", "sendonly"],
    ["inactive", "sendrecv", "inactive"],
] as const)("%s and %s allow %s", (one, other, both) => {
    expect(narrowed(one, other)).toBe(both);
    expect(narrowed(other, one)).toBe(both);
});
