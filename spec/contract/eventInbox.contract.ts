import { beforeEach, describe, expect, it } from "vitest";
import type { EventInbox } from "../../lib/ports/EventInbox.ts";

/** What an inbox does. `open` opens the same one again, as after a restart. */
export function describeEventInbox(name: string, start: () => { readonly open: () => EventInbox }): void {
    describe(`the event inbox ${name}`, () => {
        let open: () => EventInbox;

        beforeEach(() => {
            ({ open } = start());
        });

        const one = { eventId: "$1", event: { event_id: "$1", content: { text: "é\n" } } };
        const two = { eventId: "$2", event: { event_id: "$2" } };

        it("is empty at first", async () => {
            const inbox = open();
            expect(inbox.load()).toEqual({ unfinished: [], finishedIds: [] });
            await inbox.close();
        });

        it("returns unfinished events in order, and the IDs of finished ones, after a restart", async () => {
            const before = open();
            await before.store([one, two]);
            await before.store([{ eventId: "$3", event: {} }]);
            before.finish("$3");
            await before.close();
            const after = open();
            expect(after.load()).toEqual({ unfinished: [one.event, two.event], finishedIds: ["$3"] });
            after.finish("$1");
            await after.close();
            expect(open().load()).toEqual({ unfinished: [two.event], finishedIds: ["$3", "$1"] });
        });

        it("has an event from the return of store on, also after a crash", () => {
            const before = open();
            void before.store([one]);
            expect(open().load().unfinished).toEqual([one.event]);
        });

        it("ignores the end of an event that it does not have", async () => {
            const inbox = open();
            inbox.finish("$9");
            expect(inbox.load()).toEqual({ unfinished: [], finishedIds: [] });
            await inbox.close();
        });
    });
}
