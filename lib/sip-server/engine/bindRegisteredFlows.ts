import { readNameAddr } from "../sip/readNameAddr.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { parseSipUri, type SipUri } from "../sip/SipUri.ts";
import type { Flow, TransportLayer } from "../transport/SipTransport.ts";
import { registeredKey } from "./flowKey.ts";

const defaultSeconds = 3600;

/**
 * After our 2xx to REGISTER or SUBSCRIBE: its sender is known for the time granted. Over a connection, requests to its contacts go by that connection, for the time
 * granted. A Contact may name any host, such as a trunk, whose requests would then be sent here: only a host that cannot exist
 * is accepted, as browsers write it, and the remote end of the connection. A binding for another address of record is never replaced.
 * A client behind NAT that names another address is reached by where its request came from.
 */
export function bindRegisteredFlows(
    request: SipRequest,
    response: SipResponse,
    flow: Flow,
    transport: Pick<TransportLayer, "bindFlow" | "rememberSender" | "registerDevice">,
): void {
    const granted = new Map(
        response.headers
            .list("Contact")
            .flatMap(readContact)
            .map(([key, expires]) => [key, expires]),
    );
    const owner = addressOfRecord(request);
    const overall = seconds(response.headers.get("Expires")) ?? seconds(request.headers.get("Expires"));
    const times = [...granted.values()].map((expires) => expires ?? overall ?? defaultSeconds);
    const grantedSeconds = Math.max(0, ...times);
    transport.rememberSender(flow, grantedSeconds);
    const [contact] = request.headers.list("Contact");
    if (request.method === "REGISTER" && contact !== undefined && grantedSeconds > 0)
        transport.registerDevice(deviceOf(contact, owner), flow);
    if (!flow.reliable) return;
    for (const [key, asked, uri] of request.headers.list("Contact").flatMap(readContact)) {
        if (!isOwn(uri, flow)) continue;
        transport.bindFlow(key, flow, granted.get(key) ?? asked ?? overall ?? defaultSeconds, owner);
    }
}

/** The longest time that a registrar granted to an own contact; 0 if it has none. */
export function registeredSeconds({ headers }: SipResponse): number {
    const overall = seconds(headers.get("Expires")) ?? defaultSeconds;
    return Math.max(
        0,
        ...headers
            .list("Contact")
            .flatMap(readContact)
            .map(([, expires]) => expires ?? overall),
    );
}

/** RFC 3261, section 10.2: whom a REGISTER is for stands in To, who subscribes in From. */
function addressOfRecord({ method, headers }: SipRequest): string {
    const uri = parseSipUri(readNameAddr(headers.get(method === "REGISTER" ? "To" : "From") ?? "")?.uri ?? "");
    return uri === undefined ? "" : registeredKey(uri);
}

/** The device of a Contact: by its instance id (RFC 5626 4.1), which stays the same, or else by its user part. */
function deviceOf(contact: string, owner: string): string {
    const address = readNameAddr(contact);
    const instance = address?.params.get("+sip.instance") ?? parseSipUri(address?.uri ?? "")?.user ?? "";
    return `${owner} ${instance}`;
}

function isOwn({ host, port }: SipUri, { remote }: Flow): boolean {
    return host.endsWith(".invalid") || (host === remote.address && port === remote.port);
}

function readContact(value: string): [key: string, expires: number | undefined, uri: SipUri][] {
    const address = readNameAddr(value);
    const uri = address === undefined ? undefined : parseSipUri(address.uri);
    return address === undefined || uri === undefined
        ? []
        : [[registeredKey(uri), seconds(address.params.get("expires") ?? undefined), uri]];
}

function seconds(text: string | undefined): number | undefined {
    return text !== undefined && /^[0-9]{1,10}$/.test(text.trim()) ? Number(text) : undefined;
}
