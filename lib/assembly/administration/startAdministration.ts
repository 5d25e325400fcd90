import { join } from "node:path";
import { ALL_COMMANDS } from "../../admin/allCommands.ts";
import type { Administration, PartStatus } from "../../admin/Administration.ts";
import type { CallDesk } from "../../desk/CallDesk.ts";
import type { CallGate } from "../../admin/CallGate.ts";
import { Changes } from "../../admin/changes/Changes.ts";
import type { Change } from "../../admin/changes/Change.ts";
import { CommandRunner } from "../../admin/CommandRunner.ts";
import { CommandTable } from "../../admin/CommandTable.ts";
import { AdminServer } from "../../admin/http/AdminServer.ts";
import { Supervision } from "../../admin/supervision/Supervision.ts";
import type { Config } from "../../config/Config.generated.ts";
import type { Registration } from "../../config/registration.ts";
import { dialPlanRulesOf } from "../../config/dialPlanRules.ts";
import type { MatrixSide } from "../../matrix/assembleMatrix.ts";
import { parseMatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { MediaProxy } from "../../ports/MediaProxy.ts";
import { RtpengineMediaProxy } from "../../media/RtpengineMediaProxy.ts";
import type { Phones } from "../../sip/registrar/Phones.ts";
import type { LevelledLog } from "../../telemetry/log.ts";
import { systemClock } from "../../telemetry/systemClock.ts";
import type { OnStarted } from "../Stoppable.ts";
import type { SipTrunkControl } from "./SipTrunkControl.ts";
import { watchLimits } from "./watchLimits.ts";
import { storedFile } from "./storedFile.ts";
import { dialPlanChangesOf } from "./dialPlanChangesOf.ts";
import { liveAdministration } from "./liveAdministration.ts";
import type { PreparedAdministration } from "./prepareAdministration.ts";
import { MachineWatch } from "./MachineWatch.ts";
import { readParts } from "./readParts.ts";
import { ServiceState } from "./ServiceState.ts";
import { watchServerDrops } from "./watchServerDrops.ts";

export interface StartAdministrationParts {
    readonly config: Config;
    readonly registration: Pick<Registration, "senderLocalpart">;
    readonly version: string;
    readonly log: LevelledLog;
    readonly prepared: PreparedAdministration;
    readonly gate: CallGate;
    readonly desk: CallDesk;
    readonly media: MediaProxy;
    readonly phones: Phones | undefined;
    readonly matrix: MatrixSide;
    /** `serverMetrics`: those of the embedded SIP server. */
    readonly sip: { readonly trunks: SipTrunkControl; readonly serverMetrics: () => Promise<string> };
    readonly loadConfig?: () => Config;
}

const CHECK_MS = 15_000;

/** Starts commands, supervision and the HTTP API. Rejects with an error that says what is wrong. */
export async function startAdministration(parts: StartAdministrationParts, onStarted: OnStarted): Promise<void> {
    const { config, log, prepared, gate, matrix } = parts;
    const { late } = prepared;
    const applied: { config: Config } = { config };
    const apply = (changes: readonly Change[]): void => applyChanges(changes, applied.config, parts);
    const changes = new Changes({
        file: storedFile(join(config.store.path, "changes.json")),
        clock: systemClock,
        log,
        onChanged: apply,
    });
    await changes.load();
    onStarted({ name: "changes", stop: () => changes.stop() });
    const onReloaded = (reloaded: Config): void => {
        applied.config = reloaded;
        late.permissions = reloaded.permissions;
        apply(changes.all);
    };
    const service = new ServiceState({ config, log, gate, clock: systemClock, load: parts.loadConfig, onReloaded });
    onStarted({ name: "service state", stop: () => service.stop() });
    await watchLimits(parts, onStarted);
    const supervision = startSupervision(parts, onStarted);
    const administration = liveAdministration({
        ...prepared,
        ...parts,
        startedAt: systemClock.now(),
        changes,
        supervision,
        service,
        bot: parseMatrixUserId(`@${parts.registration.senderLocalpart}:${config.homeserver.domain}`),
        openRoom: (user, party) => matrix.openRoom(user, party),
    });
    const commands = new CommandTable(ALL_COMMANDS);
    late.runner = new CommandRunner({ commands, administration, clock: systemClock, log });
    late.send = (room, text) => matrix.sendText(room, text);
    void prepared.controlRoom.enter(matrix.joinAsBot);
    await serveHttp(config, { commands, runner: late.runner, administration, log }, onStarted);
}

/** Applies what commands changed to the live objects. */
function applyChanges(changes: readonly Change[], config: Config, { prepared, gate }: StartAdministrationParts): void {
    prepared.dialPlan.apply(dialPlanRulesOf(config), dialPlanChangesOf(changes, config));
    gate.setRules({
        blocked: new Set(changes.flatMap((change) => (change.kind === "block" ? [change.party] : []))),
        trunksOff: new Set(
            changes.flatMap((change) => (change.kind === "trunkOff" && change.calls === "both" ? [change.trunk] : [])),
        ),
        doNotDisturb: new Set(changes.flatMap((change) => (change.kind === "doNotDisturb" ? [change.user] : []))),
    });
    prepared.limits.change(
        new Map(
            changes.flatMap((change) =>
                change.kind === "limit" ? [[change.limit, { value: change.value, by: change.by }] as const] : [],
            ),
        ),
    );
}

function startSupervision(
    { config, log, prepared, media, phones, matrix, sip }: StartAdministrationParts,
    onStarted: OnStarted,
): Supervision {
    const { states, incidents } = prepared;
    const engines = () =>
        media instanceof RtpengineMediaProxy
            ? media.engines.map(({ name, health }) => ({ name, up: health !== "silent" }))
            : [];
    const { certificate } = config.sip.tls ?? {};
    const machine = new MachineWatch({ certificate, storePath: config.store.path, clock: systemClock });
    const read = () => {
        states.telemetry.phonesRegistered(phones?.registered ?? 0);
        for (const { name, up } of engines()) states.telemetry.rtpengine(name, up ? "up" : "down");
        return readParts({ config, states, machine: () => machine.read(), engines });
    };
    const onChanged = ({ name, kind, state, reason }: PartStatus): void => {
        if (state !== "up") prepared.countOutage(kind);
        if (state === "up") incidents.end(name, `${name} is up again`);
        else incidents.begin(name, `${name} is ${state}${reason === undefined ? "" : `: ${reason}`}`);
    };
    const supervision = new Supervision({ read, clock: systemClock, onChanged });
    supervision.start();
    states.onSipServer(() => supervision.refresh());
    const readDrops = watchServerDrops(sip.serverMetrics, prepared.floods);
    void readDrops();
    const checking = setInterval(() => {
        void readDrops().then(() => prepared.floods.check());
        matrix
            .check()
            .then((fault) => states.setDeliveryFault(fault))
            .catch((error: unknown) => log.debug("homeserver check failed", { error }));
    }, CHECK_MS);
    onStarted({
        name: "supervision",
        stop: () => {
            clearInterval(checking);
            supervision.stop();
        },
    });
    return supervision;
}

async function serveHttp(
    { admin }: Config,
    parts: {
        readonly commands: CommandTable;
        readonly runner: CommandRunner;
        readonly administration: Administration;
        readonly log: LevelledLog;
    },
    onStarted: OnStarted,
): Promise<void> {
    if (admin === undefined) return;
    const { host, port } = admin.listen;
    const server = new AdminServer({ ...parts, token: admin.token.reveal() });
    await server.listen(host, port).catch((cause: unknown) => {
        throw new Error("admin.listen cannot be used", { cause });
    });
    onStarted({ name: "HTTP administration", stop: () => server.close() });
}
