import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MatrixRoomId, MatrixUserId } from "../../lib/numbering/MatrixUserId.ts";
import type { Directory } from "../../lib/ports/Directory.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const carol = "@Carol:elsewhere.example" as MatrixUserId;
const bob = "@sip_=2b442071838750:matrix.example" as MatrixUserId;
const [one, two] = ["!one:matrix.example", "!two"] as [MatrixRoomId, MatrixRoomId];

/** What every directory does. `open` gives an empty one. */
export function describeDirectory(name: string, open: () => Promise<Directory>): void {
    describe(`the directory ${name}`, () => {
        let directory: Directory;

        beforeEach(async () => {
            directory = await open();
        });

        afterEach(async () => {
            await directory.close();
        });

        it("is empty at first", async () => {
            expect(await directory.roomBetween(alice, bob)).toBeUndefined();
            expect(await directory.pairOf(one)).toBeUndefined();
            expect(await directory.ghost(bob)).toBeUndefined();
        });

        it("finds the room of a pair, and the pair of a room", async () => {
            // asked before, for what was not there must not be remembered as such
            await directory.roomBetween(alice, bob);
            await directory.pairOf(one);
            await directory.rememberRoom({ user: alice, ghost: bob }, one);
            await directory.rememberRoom({ user: carol, ghost: bob }, two);
            expect(await directory.roomBetween(alice, bob)).toBe(one);
            expect(await directory.roomBetween(carol, bob)).toBe(two);
            expect(await directory.pairOf(two)).toEqual({ user: carol, ghost: bob });
            expect(await directory.roomBetween(bob, alice)).toBeUndefined();
        });

        it("returns the newest room of a pair, and keeps the older one", async () => {
            await directory.rememberRoom({ user: alice, ghost: bob }, one);
            await directory.rememberRoom({ user: alice, ghost: bob }, two);
            expect(await directory.roomBetween(alice, bob)).toBe(two);
            expect(await directory.pairOf(one)).toEqual({ user: alice, ghost: bob });
            await directory.forgetRoom(two);
            expect(await directory.roomBetween(alice, bob)).toBe(one);
        });

        it("forgets a room in both directions", async () => {
            await directory.rememberRoom({ user: alice, ghost: bob }, one);
            await directory.forgetRoom(one);
            await directory.forgetRoom(one);
            await directory.forgetRoom(two);
            expect(await directory.roomBetween(alice, bob)).toBeUndefined();
            expect(await directory.pairOf(one)).toBeUndefined();
        });

        it("stores the current display name of a ghost", async () => {
            await directory.ghost(bob);
            await directory.rememberGhost({ userId: bob, displayName: "Bob" });
            expect(await directory.ghost(bob)).toEqual({ userId: bob, displayName: "Bob" });
            await directory.rememberGhost({ userId: bob, displayName: "Röbert 📞" });
            expect(await directory.ghost(bob)).toEqual({ userId: bob, displayName: "Röbert 📞" });
        });
    });
}
