import type { AnyCommand } from "../Command.ts";
import { dialPermission } from "./shared/dialPermission.ts";

export const allow: AnyCommand = dialPermission("allow", "Lets a user call the numbers of a pattern.", "can call");
