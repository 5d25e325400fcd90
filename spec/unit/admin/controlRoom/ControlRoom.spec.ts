import { beforeEach, describe, expect, it } from "vitest";
import { ALL_COMMANDS } from "../../../../lib/admin/allCommands.ts";
import { CommandRunner } from "../../../../lib/admin/CommandRunner.ts";
import { CommandTable } from "../../../../lib/admin/CommandTable.ts";
import { ControlRoom } from "../../../../lib/admin/controlRoom/ControlRoom.ts";
import type { MatrixRoomId, MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { RoomText } from "../../../../lib/ports/ControlRoom.ts";
import { aFakeAdministration } from "../../../support/aFakeAdministration.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { settle } from "../../../support/settle.ts";

const ROOM = "!control:matrix.example" as MatrixRoomId;
const OTHER = "!other:matrix.example" as MatrixRoomId;
const ADMIN = "@root:matrix.example" as MatrixUserId;
const USER = "@carol:matrix.example" as MatrixUserId;
const UNKNOWN = "@mallory:other.example" as MatrixUserId;

describe("ControlRoom", () => {
    let log: KeptLog;
    let stored: string | undefined;
    let sent: [room: string, text: string][];
    let answers: string[];
    let send: () => Promise<void>;

    beforeEach(() => {
        log = new KeptLog();
        stored = undefined;
        [sent, answers] = [[], []];
        send = () => Promise.resolve();
    });

    async function roomOf(configured?: MatrixRoomId): Promise<ControlRoom> {
        const commands = new CommandTable(ALL_COMMANDS);
        const administration = aFakeAdministration();
        const runner = new CommandRunner({ commands, administration, clock: new FakeClock(), log });
        const control = new ControlRoom({
            localServer: "matrix.example",
            permissions: () => new Map([[ADMIN, "admin"]]),
            runner: () => runner,
            send: (room, { plain }) => {
                sent.push([room, plain]);
                return send();
            },
            drawPng: () => Promise.reject(new Error("no picture")),
            room: configured,
            file: {
                read: () => Promise.resolve(stored),
                write: (text) => {
                    stored = text;
                    return Promise.resolve();
                },
            },
            log,
        });
        await control.load();
        return control;
    }

    async function say(control: ControlRoom, sender: MatrixUserId, text: string): Promise<void> {
        const reply = ({ plain }: RoomText): Promise<void> => {
            answers.push(plain);
            return Promise.resolve();
        };
        control.message({ room: ROOM, sender, text, reply });
        await settle();
    }

    it("sends reports to the room to which an admin invited the bot last, also after a restart", async () => {
        const before = await roomOf();
        before.report("nowhere");
        before.joined(ROOM, ADMIN);
        before.joined(OTHER, USER);
        before.report("one");
        const after = await roomOf();
        after.report("two");
        expect(sent).toEqual([
            [ROOM, "one"],
            [ROOM, "two"],
        ]);
    });

    it("stays with the room of the configuration", async () => {
        const control = await roomOf(ROOM);
        control.joined(OTHER, ADMIN);
        control.report("one");
        expect(sent).toEqual([[ROOM, "one"]]);
    });

    it("follows an admin who replaces the control room, and no other user", async () => {
        const control = await roomOf();
        control.joined(ROOM, ADMIN);
        control.replaced(ROOM, USER, OTHER);
        control.report("one");
        control.replaced(ROOM, ADMIN, OTHER);
        control.report("two");
        (await roomOf()).report("three");
        expect(sent).toEqual([
            [ROOM, "one"],
            [OTHER, "two"],
            [OTHER, "three"],
        ]);
    });

    it("follows an admin who replaces the room of the configuration until the restart, with a warning", async () => {
        const control = await roomOf(ROOM);
        control.replaced(ROOM, ADMIN, OTHER);
        control.report("one");
        (await roomOf(ROOM)).report("two");
        expect(sent).toEqual([
            [OTHER, "one"],
            [ROOM, "two"],
        ]);
        expect(log.lines).toEqual(["warn: control room replaced"]);
    });

    it("warns at the start about a room that the bot cannot enter, and enters one that it can", async () => {
        const control = await roomOf(ROOM);
        await control.enter(() => Promise.reject(new Error("M_FORBIDDEN")));
        expect(log.lines).toEqual(["warn: control room not entered"]);
        const entered: string[] = [];
        await control.enter((room) => Promise.resolve(void entered.push(room)));
        expect(entered).toEqual([ROOM]);
    });

    it("warns if the bot is removed from the control room, and only then", async () => {
        const control = await roomOf(ROOM);
        control.removed(OTHER, ADMIN);
        control.removed(ROOM, ADMIN);
        expect(log.lines).toEqual(["warn: bot removed from the control room"]);
    });

    it("keeps a report that cannot be sent in the log", async () => {
        const control = await roomOf(ROOM);
        send = () => Promise.reject(new Error("M_FORBIDDEN"));
        control.report("one");
        await settle();
        expect(log.lines).toEqual(["warn: report not sent to the control room"]);
    });

    it("answers a user without a level once in an hour, and does not follow their invitations", async () => {
        const control = await roomOf();
        await say(control, UNKNOWN, "status");
        await say(control, UNKNOWN, "status");
        expect(answers).toEqual(["You may not give commands to this bridge. Please contact its administrator."]);
        expect([control.mayInvite(UNKNOWN), control.mayInvite(USER)]).toEqual([false, true]);
    });

    it("takes a number for a number to call, and an empty message for help", async () => {
        const control = await roomOf();
        await say(control, USER, "+44 20 7183 8750");
        await say(control, USER, "");
        expect(answers).toEqual([
            expect.stringContaining('"+44 20 7183 8750" is neither'),
            expect.stringContaining("help [command]"),
        ]);
    });
});
