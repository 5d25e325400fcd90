import type {
    Administration,
    CallControl,
    PhoneControl,
    RoutingControl,
    TrunkControl,
} from "../../admin/Administration.ts";
import type { CallGate } from "../../admin/CallGate.ts";
import type { Changes } from "../../admin/changes/Changes.ts";
import type { FraudLimits } from "../../admin/limits/FraudLimits.ts";
import type { SipLadders } from "../../admin/SipLadders.ts";
import type { Supervision } from "../../admin/supervision/Supervision.ts";
import type { Config } from "../../config/Config.generated.ts";
import { numberingOf } from "../../config/numberingOf.ts";
import type { LiveDialPlan } from "../../numbering/LiveDialPlan.ts";
import { parseMatrixUserId, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { parseNumberPattern } from "../../numbering/NumberPattern.ts";
import { parseRemoteParty, type RemoteParty } from "../../numbering/RemoteParty.ts";
import type { CallHistory } from "../../records/CallHistory.ts";
import type { CallRecords } from "../../records/CallRecords.ts";
import type { Phones } from "../../sip/registrar/Phones.ts";
import { testCallControl } from "./testCallControl.ts";
import type { SipTrunkControl } from "./SipTrunkControl.ts";
import type { CallDesk } from "../../desk/CallDesk.ts";
import type { TransferTarget } from "../../ports/CallLeg.ts";
import type { RememberedStates } from "./rememberStates.ts";
import type { ServiceState } from "./ServiceState.ts";

export interface LiveAdministrationParts {
    readonly config: Config;
    readonly version: string;
    readonly startedAt: number;
    readonly records: CallRecords;
    readonly history: CallHistory;
    readonly ladders: SipLadders;
    readonly gate: CallGate;
    readonly desk: Pick<CallDesk, "sendDigits" | "hold" | "transfer">;
    readonly limits: FraudLimits;
    readonly changes: Changes;
    readonly dialPlan: LiveDialPlan;
    readonly phones: Phones | undefined;
    readonly sip: { readonly trunks: SipTrunkControl };
    readonly states: RememberedStates;
    readonly supervision: Supervision;
    readonly service: ServiceState;
    /** The bot, which places test calls for the HTTP API. */
    readonly bot: MatrixUserId | undefined;
    /** Finds or creates the room of a user with a number. */
    readonly openRoom: (user: MatrixUserId, party: RemoteParty) => Promise<string | undefined>;
}

/** What commands need, over the live objects of the bridge. */
export function liveAdministration(parts: LiveAdministrationParts): Administration {
    const { version, startedAt, limits, changes, supervision, service } = parts;
    return {
        version,
        node: process.version,
        startedAt,
        calls: callControl(parts),
        trunks: trunkControl(parts),
        phones: phoneControl(parts),
        routing: routingControl(parts),
        testCalls: testCallControl(parts),
        changes: { all: () => changes.all, add: (change) => changes.add(change), undo: (id) => changes.undo(id) },
        service,
        limits: () => limits.status(),
        parts: () => supervision.status(),
    };
}

function callControl(parts: LiveAdministrationParts): CallControl {
    const { records, history, ladders, gate, desk } = parts;
    const find: CallControl["find"] = (id) =>
        records.live().find(({ callId, sipCallId }) => callId === id || sipCallId === id) ?? history.find(id);
    return {
        live: () => records.live(),
        hangUp: (callId) => gate.hangUp(callId),
        perHour: () => history.perHour(),
        history: (query) => history.query(query),
        find,
        messages: (id) => {
            const sipCallId = find(id)?.sipCallId;
            return sipCallId === undefined ? undefined : ladders.linesOf(sipCallId);
        },
        verbs: {
            sendDigits: (callId, digits) => desk.sendDigits(callId, digits),
            hold: (callId) => desk.hold(callId, "holds"),
            resume: (callId) => desk.hold(callId, "talks"),
            transfer: (callId, to) => Promise.resolve(transfer(parts, callId, to)),
        },
    };
}

/** For the Matrix user of the call, with what that user may dial. */
function transfer({ config, records, desk }: LiveAdministrationParts, callId: string, to: string): "done" | "failed" {
    const call = records.live().find((live) => live.callId === callId);
    const asker = [call?.caller, call?.callee].find((party) => party?.kind === "user");
    if (asker?.kind !== "user") return "failed";
    const target = targetIn(to.trim(), config);
    return target !== undefined && desk.transfer(callId, asker.user, target) === "placed" ? "done" : "failed";
}

function targetIn(text: string, config: Config): TransferTarget | undefined {
    const user = parseMatrixUserId(text);
    if (user !== undefined) return { kind: "user", user };
    const party = parseRemoteParty(text, numberingOf(config));
    return party && { kind: "dialled", callees: [party] };
}

function trunkControl({ config, changes, states, records, sip }: LiveAdministrationParts): TrunkControl {
    return {
        all: () => {
            const off = new Set(changes.all.flatMap((change) => (change.kind === "trunkOff" ? [change.trunk] : [])));
            return config.trunks.map(({ name, prefixes }) => ({
                name,
                state: off.has(name) ? "off" : "on",
                addresses: states.addresses(name),
                registration: states.registration(name)?.state ?? "none",
                liveCalls: records.live().filter(({ via }) => via.kind === "trunk" && via.name === name).length,
                prefixes,
            }));
        },
        register: (name) => sip.trunks.register(name),
        probe: (name) => sip.trunks.probe(name),
    };
}

function phoneControl({ config, phones }: LiveAdministrationParts): PhoneControl {
    return {
        all: () =>
            config.accounts.map(({ username, user }) => ({
                account: username,
                user,
                contacts: (phones?.contactsOf(username) ?? []).map(({ uri, source, expiresAt }) => ({
                    uri,
                    source: `${source.protocol} ${source.address}:${source.port}`,
                    expiresAt,
                })),
            })),
        drop: async (account) => phones?.drop(account),
    };
}

function routingControl({ config, dialPlan, phones, openRoom }: LiveAdministrationParts): RoutingControl {
    const numbering = numberingOf(config);
    const parse = (text: string): RemoteParty | undefined => parseRemoteParty(text, numbering);
    return {
        number: (text) => {
            const party = parse(text);
            if (party === undefined || party.kind === "anonymous") return undefined;
            const canonical = party.kind === "number" ? party.number : party.address;
            return { canonical, reaches: dialPlan.calleeOf(party), outboundTrunks: dialPlan.trunksFor(party) };
        },
        route: (from, to) => {
            const user = parseMatrixUserId(from);
            const party = parse(to);
            if (user === undefined || party === undefined) return undefined;
            const verdict = dialPlan.whoMayDial(user, party);
            if (verdict.kind === "forbidden")
                return { kind: "rejected", reason: "no rule in dialling.allow allows it" };
            const registered = phones?.phonesMeantBy(verdict.callee, user);
            if (registered !== undefined) {
                return { kind: "phone", account: registered[0]?.account ?? "", registered: registered.length };
            }
            if (verdict.kind === "noTrunk") return { kind: "rejected", reason: "no trunk serves the number" };
            const { callee, trunks } = verdict;
            const shown = callee.kind === "number" ? callee.number : callee.address;
            return { kind: "trunk", callee: shown, trunks, callerId: callerIdOn(config, trunks[0], user) };
        },
        faultOfRule: (user, pattern) => {
            if (!/^(?:\*|@.*\*.*)$/.test(user) && parseMatrixUserId(user) === undefined) {
                return `"${user}" is not a Matrix user, nor a pattern such as @*:matrix.example.`;
            }
            const parsed = parseNumberPattern(pattern, numbering);
            return parsed.kind === "pattern" ? undefined : `The pattern ${parsed.fault}.`;
        },
        callerIdOn: (trunk, user) => {
            const parsed = parseMatrixUserId(user);
            return parsed === undefined ? undefined : callerIdOn(config, trunk, parsed);
        },
        openRoom: async (from, number) => {
            const user = parseMatrixUserId(from);
            const party = parse(number);
            return user === undefined || party === undefined ? undefined : openRoom(user, party);
        },
    };
}

function callerIdOn({ trunks }: Config, name: string, user: MatrixUserId): string | undefined {
    const trunk = trunks.find((known) => known.name === name);
    return trunk?.callerIds.get(user) ?? trunk?.callerId;
}
