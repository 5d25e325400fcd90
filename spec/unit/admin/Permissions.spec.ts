import { expect, it } from "vitest";
import { levelOf } from "../../../lib/admin/Permissions.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";

const entries = new Map([
    ["*", "user"],
    ["partner.example", "operator"],
    ["@mallory:partner.example", "none"],
    ["@alice:matrix.example", "admin"],
] as const);

it.each([
    ["@alice:matrix.example", "admin"],
    ["@bob:matrix.example", "user"],
    ["@carol:partner.example", "operator"],
    ["@mallory:partner.example", "none"],
])("gives %s the level %s: the most specific entry counts", (user, level) => {
    expect(levelOf(user as MatrixUserId, entries)).toBe(level);
});

it("gives a user without an entry no level", () => {
    expect(levelOf("@alice:matrix.example" as MatrixUserId, new Map())).toBe("none");
});
