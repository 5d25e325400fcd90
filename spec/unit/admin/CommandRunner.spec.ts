import { beforeEach, describe, expect, it } from "vitest";
import { ALL_COMMANDS } from "../../../lib/admin/allCommands.ts";
import { isFailure, type Outcome } from "../../../lib/admin/Answer.ts";
import type { Invoker, Level } from "../../../lib/admin/Command.ts";
import { CommandRunner } from "../../../lib/admin/CommandRunner.ts";
import { CommandTable } from "../../../lib/admin/CommandTable.ts";
import { plainAnswer, renderAnswer } from "../../../lib/admin/renderAnswer.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import { aFakeAdministration } from "../../support/aFakeAdministration.ts";
import { aCallRecord } from "../../support/aCallRecord.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { KeptLog } from "../../support/quiet.ts";

const as = (level: Level): Invoker => ({
    name: "@alice:matrix.example",
    user: "@alice:matrix.example" as MatrixUserId,
    level,
    roomId: "!r:matrix.example",
});

describe("CommandRunner", () => {
    let clock: FakeClock;
    let administration: ReturnType<typeof aFakeAdministration>;
    let runner: CommandRunner;
    const run = async (line: string, level: Level = "admin"): Promise<Outcome> =>
        (await runner.runLine(line, as(level))).outcome;
    const said = async (line: string, level?: Level): Promise<string> => plainAnswer(await run(line, level));

    beforeEach(() => {
        clock = new FakeClock();
        administration = aFakeAdministration();
        const commands = new CommandTable(ALL_COMMANDS);
        runner = new CommandRunner({ commands, administration, clock, log: new KeptLog() });
    });

    it("lists in help only the commands of the level", async () => {
        expect(await said("help", "user")).toContain("hangup");
        expect(await said("help", "user")).not.toContain("drain");
        expect(await said("help", "operator")).toContain("drain");
    });

    it("answers a command above the level like one that does not exist", async () => {
        const above = await said("drain", "user");
        expect(above).toContain('There is no command "drain"');
        expect(administration.service.state).toBe("accepting");
    });

    it.each([
        ["trnks", "Did you mean trunks?"],
        ["nonsense", "Send help for a list of commands."],
        ["route @alice:matrix.example", "route needs to"],
        ["loglevel debgu", "Did you mean debug?"],
        ["trunk carrier of", "Did you mean off?"],
        ["help nonsense", "Send help for a list of commands."],
        ["phone unknown drop", "There is no account unknown."],
        ["loglevel debug 0", "must be a whole number from 1 to 1440"],
        ["allow @a:b +44* soon", "must be a duration such as 30m, 2h or 7d"],
        ["calls now", "one word too many"],
        [`number ${"9".repeat(10_000)}`, "A command has at most 4000 characters."],
        ["😀".repeat(100), `There is no command "${"😀".repeat(60)}…"`],
        ["", "There is no command"],
    ])("says what is wrong with %s", async (line, answer) => {
        const outcome = await run(line);
        expect(isFailure(outcome)).toBe(true);
        expect(plainAnswer(outcome)).toContain(answer);
    });

    it("asks before it drains, and drains after yes", async () => {
        expect(await said("drain")).toContain("Send yes within a minute");
        expect(administration.service.state).toBe("accepting");
        await run("yes");
        expect(administration.service.state).toBe("draining");
        await run("resume");
        expect(administration.service.state).toBe("accepting");
    });

    it("resumes the call in the room by resume, and not the service", async () => {
        await run("drain");
        await run("yes");
        const user = "@alice:matrix.example";
        const party = { kind: "user", user } as const;
        const held: string[] = [];
        Object.assign(administration.calls, {
            live: () => [
                {
                    callId: "c1",
                    roomId: "!r:matrix.example",
                    caller: party,
                    callee: { kind: "number", number: "+4420" },
                },
            ],
            verbs: { resume: (callId: string) => Promise.resolve(held.push(callId) > 0 ? "done" : "failed") },
        });
        expect(await said("resume", "user")).toBe("Done.");
        expect([held, administration.service.state]).toEqual([["c1"], "draining"]);
    });

    it.each<[string, () => Promise<unknown>]>([
        ["no", () => run("no")],
        ["another command", () => run("version")],
        [
            "more than a minute",
            () => {
                clock.advance(60_001);
                return Promise.resolve();
            },
        ],
    ])("does nothing if the question is followed by %s", async (_, next) => {
        await run("drain");
        await next();
        await run("yes");
        expect(administration.service.state).toBe("accepting");
    });

    it("does not take the yes of somebody else", async () => {
        await run("drain");
        await runner.runLine("yes", { ...as("admin"), name: "@bob:matrix.example" });
        expect(administration.service.state).toBe("accepting");
    });

    it("does not take the yes of somebody who is no longer allowed to give the command", async () => {
        await run("drain");
        expect(await said("yes", "user")).toBe("You may not do that.");
        expect(administration.service.state).toBe("accepting");
    });

    it.each(["+44* 2h", "+44* for 2h", "+44* FOR 2H"])(
        "allows a pattern for some time by allow ... %s",
        async (words) => {
            expect(await said(`allow @bob:matrix.example ${words}`)).toContain("can call +44* for 2 h. Send undo");
            expect(administration.changes.all()).toMatchObject([{ kind: "allow", until: clock.now() + 7_200_000 }]);
        },
    );

    it("shows that calls of a blocked user, and all calls while the bridge drains, would be rejected", async () => {
        Object.assign(administration.routing, {
            route: () => ({ kind: "trunk", callee: "+4420", trunks: ["carrier"], callerId: undefined }),
        });
        const route = "route @bob:matrix.example +4420";
        expect(await said(route)).toContain("Trunks: carrier");
        await run("block @bob:matrix.example");
        expect(await said(route)).toContain("Rejected: calls from @bob:matrix.example are blocked; send undo 1");
        await run("drain");
        await run("yes");
        expect(await said(route)).toContain("Rejected: the bridge drains");
    });

    it("asks for no confirmation to end no calls", async () => {
        expect(await said("hangup all")).toBe("There are no calls.");
    });

    it("reads the quotes that phones write", async () => {
        expect(await said("number “+44 20 7183 8750”")).toBe(await said('number "+44 20 7183 8750"'));
        expect(await said("number “+44 20 7183 8750”")).not.toContain("too many");
    });

    it("attributes a change, shows it, and undoes it", async () => {
        await run("map +442071838750 @bob:matrix.example");
        expect(await said("changes")).toMatch(
            /1: calls to \+442071838750 reach @bob:matrix.example \(by @alice:matrix.example/,
        );
        await run("undo 1");
        expect(await said("changes")).toBe("No command changed anything.");
    });

    it("ends the call of the room for a user, and any call for operators only", async () => {
        const call = aCallRecord({ callId: "c1", roomId: "!r:matrix.example" });
        administration = aFakeAdministration();
        Object.assign(administration.calls, { live: () => [call] });
        runner = new CommandRunner({
            commands: new CommandTable(ALL_COMMANDS),
            administration,
            clock,
            log: new KeptLog(),
        });
        expect(await said("hangup", "user")).toBe("The call was ended.");
        expect(await said("hangup c2", "user")).toContain("Only operators");
        await run("hangup c2", "operator");
        expect(administration.hungUp).toEqual(["c1", "c2"]);
    });

    it("answers a failure of the program without details, and logs it", async () => {
        const log = new KeptLog();
        const broken = aFakeAdministration({
            limits: () => {
                throw new Error("secret");
            },
        });
        runner = new CommandRunner({ commands: new CommandTable(ALL_COMMANDS), administration: broken, clock, log });
        Object.assign(broken.service, {
            compare: () => {
                throw new Error("secret");
            },
        });
        for (const line of ["limits", "reload"]) expect(await said(line)).toMatch(/^(?!.*secret).*error in the bridge/);
        expect(log.lines).toEqual(["error: command failed", "error: command failed"]);
    });
});

describe("the declared commands", () => {
    it("have unique names, valid examples and a summary in one sentence", async () => {
        const table = new CommandTable(ALL_COMMANDS);
        const words = ALL_COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
        expect(new Set(words).size).toBe(words.length);
        const { parseCommandLine } = await import("../../../lib/admin/parseCommand.ts");
        for (const { examples, summary } of ALL_COMMANDS) {
            expect(summary).toMatch(/^[A-Z].*\.$/);
            for (const example of examples)
                expect(parseCommandLine(example, table, "admin"), example).toHaveProperty("command");
        }
    });
});

describe("renderAnswer", () => {
    it("escapes what others wrote", () => {
        const { html, plain } = renderAnswer(
            { blocks: [{ kind: "facts", facts: [["From", "<b>&</b>"]] }], data: {} },
            "call",
        );
        expect(html).toContain("&lt;b&gt;&amp;&lt;/b&gt;");
        expect(plain).toBe("From: <b>&</b>");
    });

    it("sends an answer that does not fit on a phone as a file", () => {
        const items = Array.from({ length: 200 }, (_, index) => `call ${index}`);
        const { plain, file } = renderAnswer({ blocks: [{ kind: "list", items }], data: items }, "history");
        expect(plain.split("\n").length).toBeLessThan(20);
        expect(file).toMatchObject({ name: "history.txt" });
        expect(file?.text).toContain("call 199");
    });
});
