import { beforeAll, describe, expect, it } from "vitest";
import type { Homeserver } from "../../lib/matrix/homeserver/Homeserver.ts";
import type { MatrixRoomId, MatrixUserId } from "../../lib/numbering/MatrixUserId.ts";

/** A homeserver, and a user's client on it, for the contract to play with. */
export interface HomeserverUnderTest {
    readonly homeserver: Homeserver;
    /** A local user who exists. */
    readonly user: MatrixUserId;
    readonly unregistered: MatrixUserId;
    readonly absent: MatrixUserId;
    /** A ghost that is not registered yet. */
    readonly ghost: MatrixUserId;
    /** The user's client joins, leaves, encrypts. */
    joinAs(room: MatrixRoomId): Promise<void>;
    leaveAs(room: MatrixRoomId): Promise<void>;
    encryptAs(room: MatrixRoomId): Promise<void>;
    makeRoomAs(): Promise<MatrixRoomId>;
}

const notice = { msgtype: "m.notice", body: "x" };

/** What calls need of a homeserver. The order of the specs is that of a first call. */
export function describeHomeserver(name: string, start: () => Promise<HomeserverUnderTest>): void {
    describe(`the homeserver ${name}`, () => {
        let world: HomeserverUnderTest;
        let room: MatrixRoomId;

        beforeAll(async () => {
            world = await start();
        });

        it("reports whether a user exists", async () => {
            const { homeserver, user, absent } = world;
            expect(await homeserver.userExists(user)).toBe(true);
            expect(await homeserver.userExists(absent)).toBe(false);
        });

        it("rejects requests for a ghost that is not registered", async () => {
            const { homeserver, ghost } = world;
            const request = { initialState: [] };
            await expect(homeserver.createRoom(ghost, request)).rejects.toMatchObject({ kind: "forbidden" });
            await homeserver.register(ghost);
            await homeserver.register(ghost);
            await homeserver.setDisplayName(ghost, "Bob");
        });

        it("creates a room and invites the user", async () => {
            const { homeserver, ghost, user, absent } = world;
            const initialState = [{ type: "m.bridge", stateKey: "sip:/x", content: { protocol: { id: "sip" } } }];
            room = await homeserver.createRoom(ghost, { initialState });
            expect(await homeserver.membership(ghost, room, user)).toBe("none");
            await homeserver.invite(ghost, room, user);
            expect(await homeserver.membership(ghost, room, user)).toBe("invite");
            expect(await homeserver.membership(ghost, room, ghost)).toBe("join");
            expect(await homeserver.membership(ghost, room, absent)).toBe("none");
            expect(await homeserver.isEncrypted(ghost, room)).toBe(false);
        });

        it("reports the display name of a member", async () => {
            const { homeserver, ghost } = world;
            expect(await homeserver.memberName(ghost, room, ghost)).toBe("Bob");
        });

        it("reports joins and leaves", async () => {
            const { homeserver, ghost, user } = world;
            await world.joinAs(room);
            expect(await homeserver.membership(ghost, room, user)).toBe("join");
            await world.leaveAs(room);
            expect(await homeserver.membership(ghost, room, user)).toBe("leave");
        });

        it("adds an event once when it is sent twice with the same transaction ID", async () => {
            const { homeserver, ghost } = world;
            await homeserver.send(ghost, room, "m.call.hangup", { call_id: "a/b" }, "t/1");
            await homeserver.send(ghost, room, "m.call.hangup", { call_id: "a/b" }, "t/1");
            await homeserver.send(ghost, room, "m.room.message", notice, "t/2");
            const recent = await homeserver.recentEvents(ghost, room, 3);
            const types = recent.map((event) => (event as { type: string }).type);
            expect(types.slice(-2)).toEqual(["m.call.hangup", "m.room.message"]);
            expect(types.filter((type) => type === "m.call.hangup")).toHaveLength(1);
            expect(recent.at(-1)).toMatchObject({ sender: ghost, room_id: room, content: notice });
        });

        it("rejects requests of users who are not in the room", async () => {
            const { homeserver, ghost, unregistered } = world;
            await homeserver.register(unregistered);
            await expect(homeserver.send(unregistered, room, "m.room.message", notice, "t/3")).rejects.toMatchObject({
                kind: "forbidden",
            });
            await expect(homeserver.join(unregistered, room)).rejects.toMatchObject({ kind: "forbidden" });
            await expect(homeserver.membership(unregistered, room, ghost)).rejects.toMatchObject({ kind: "forbidden" });
            await homeserver.leave(ghost, room);
            await expect(homeserver.send(ghost, room, "m.room.message", notice, "t/4")).rejects.toMatchObject({
                kind: "forbidden",
            });
        });

        it("lets an invited ghost join, and reports an encrypted room", async () => {
            const { homeserver, ghost } = world;
            const theirs = await world.makeRoomAs();
            await homeserver.join(ghost, theirs);
            await homeserver.join(ghost, theirs);
            expect(await homeserver.membership(ghost, theirs, ghost)).toBe("join");
            await world.encryptAs(theirs);
            expect(await homeserver.isEncrypted(ghost, theirs)).toBe(true);
        });
    });
}
