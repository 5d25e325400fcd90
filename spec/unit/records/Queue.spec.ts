import { describe, expect, it } from "vitest";
import { Queue } from "../../../lib/records/Queue.ts";

describe("Queue", () => {
    it("keeps the order of its items, however many were removed", () => {
        const queue = new Queue<number>();
        const kept: number[] = [];
        for (let round = 0; round < 1_000; round++) {
            queue.push(round);
            kept.push(round);
            if (round % 3 !== 0) expect(queue.removeFirst()).toBe(kept.shift());
            expect([queue.size, queue.first]).toEqual([kept.length, kept[0]]);
        }
        expect(queue.last(5)).toEqual(kept.slice(-5));
        expect(queue.last(10_000)).toEqual(kept);
        expect(queue.last(0)).toEqual([]);
    });

    it("is empty at first and after its last item was removed", () => {
        const queue = new Queue<string>();
        expect([queue.size, queue.first, queue.removeFirst(), queue.last(3)]).toEqual([0, undefined, undefined, []]);
        queue.push("one");
        expect([queue.removeFirst(), queue.removeFirst(), queue.size]).toEqual(["one", undefined, 0]);
    });
});
