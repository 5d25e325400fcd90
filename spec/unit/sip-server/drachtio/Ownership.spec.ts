import { describe, expect, it } from "vitest";
import { Ownership } from "../../../../lib/sip-server/drachtio/Ownership.ts";

describe("Ownership", () => {
    it("knows the owner until the entry is struck", () => {
        const books = new Ownership<string>();
        books.assign("t1", "a");
        expect(books.ownerOf("t1")).toBe("a");
        books.strike("t1");
        books.strike("t1");
        expect(books.ownerOf("t1")).toBeUndefined();
        expect(books.release("a")).toEqual([]);
    });

    it("gives a thing to its last owner alone", () => {
        const books = new Ownership<string>();
        books.assign("t1", "a");
        books.assign("t1", "b");
        expect(books.release("a")).toEqual([]);
        expect(books.ownerOf("t1")).toBe("b");
    });

    it("releases all of one client and nothing of another", () => {
        const books = new Ownership<string>();
        books.assign("t1", "a");
        books.assign("t2", "b");
        books.assign("t3", "a");
        expect(books.release("a")).toEqual(["t1", "t3"]);
        expect(books.size).toBe(1);
        expect(books.ownerOf("t2")).toBe("b");
    });
});
