import { serverOf, type MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { Level } from "./Command.ts";

/** Levels by whom they are for: a user ID, a server name, or `*` for everybody. */
export type PermissionEntries = ReadonlyMap<string, Level | "none">;

/** The level of a user: their own entry counts, otherwise that of their server, otherwise that of everybody. Pure. */
export function levelOf(user: MatrixUserId, entries: PermissionEntries): Level | "none" {
    return entries.get(user) ?? entries.get(serverOf(user)) ?? entries.get("*") ?? "none";
}
