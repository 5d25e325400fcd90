import type { AnyCommand } from "../Command.ts";
import { dialPermission } from "./shared/dialPermission.ts";

export const deny: AnyCommand = dialPermission(
    "deny",
    "Stops a user from calling the numbers of a pattern, whatever the configuration allows.",
    "cannot call",
);
