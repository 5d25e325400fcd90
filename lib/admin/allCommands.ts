import type { AnyCommand } from "./Command.ts";
import { allow } from "./commands/allow.ts";
import { block } from "./commands/block.ts";
import { call } from "./commands/call.ts";
import { callerid } from "./commands/callerid.ts";
import { calls } from "./commands/calls.ts";
import { changes } from "./commands/changes.ts";
import { config } from "./commands/config.ts";
import { deny } from "./commands/deny.ts";
import { dial } from "./commands/dial.ts";
import { dnd } from "./commands/dnd.ts";
import { drain } from "./commands/drain.ts";
import { hangup } from "./commands/hangup.ts";
import { help } from "./commands/help.ts";
import { history } from "./commands/history.ts";
import { hold } from "./commands/hold.ts";
import { keys } from "./commands/keys.ts";
import { limit } from "./commands/limit.ts";
import { limits } from "./commands/limits.ts";
import { loglevel } from "./commands/loglevel.ts";
import { map } from "./commands/map.ts";
import { number } from "./commands/number.ts";
import { phone } from "./commands/phone.ts";
import { phones } from "./commands/phones.ts";
import { reload } from "./commands/reload.ts";
import { resume } from "./commands/resume.ts";
import { route } from "./commands/route.ts";
import { status } from "./commands/status.ts";
import { testcall } from "./commands/testcall.ts";
import { trace } from "./commands/trace.ts";
import { transfer } from "./commands/transfer.ts";
import { trunk } from "./commands/trunk.ts";
import { trunks } from "./commands/trunks.ts";
import { unblock } from "./commands/unblock.ts";
import { undo } from "./commands/undo.ts";
import { unmap } from "./commands/unmap.ts";
import { version } from "./commands/version.ts";
import { whoami } from "./commands/whoami.ts";

/** Every command, in the order of `help` and docs/commands.md. */
export const ALL_COMMANDS: readonly AnyCommand[] = [
    ...[help, whoami, version],
    ...[dial, hangup, keys, hold, resume, transfer, dnd, callerid],
    ...[status, calls, call, trace, history, trunks, trunk, phones, phone, number, route, limits, changes],
    ...[block, unblock, drain, testcall],
    ...[config, reload, map, unmap, allow, deny, limit, undo, loglevel],
];
