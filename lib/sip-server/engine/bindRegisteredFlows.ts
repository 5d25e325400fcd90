import { parseNameAddr } from "../sip/NameAddr.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { parseSipUri } from "../sip/SipUri.ts";
import type { Flow, TransportLayer } from "../transport/SipTransport.ts";
import { registeredKey } from "./flowKey.ts";

const defaultSeconds = 3600;

/**
 * After our 2xx to REGISTER or SUBSCRIBE over a connection: requests to its contacts go by that connection, for the time
 * granted. Clients behind NAT and browsers can be reached in no other way.
 */
export function bindRegisteredFlows(
    request: SipRequest,
    response: SipResponse,
    flow: Flow,
    transport: Pick<TransportLayer, "bindFlow">,
): void {
    if (!flow.reliable) return;
    const granted = new Map(response.headers.list("Contact").flatMap(readContact));
    const overall = seconds(response.headers.get("Expires")) ?? seconds(request.headers.get("Expires"));
    for (const [key, asked] of request.headers.list("Contact").flatMap(readContact)) {
        transport.bindFlow(key, flow, granted.get(key) ?? asked ?? overall ?? defaultSeconds);
    }
}

function readContact(value: string): [key: string, expires: number | undefined][] {
    const address = parseNameAddr(value);
    const uri = address === undefined ? undefined : parseSipUri(address.uri);
    return address === undefined || uri === undefined
        ? []
        : [[registeredKey(uri), seconds(address.params.get("expires") ?? undefined)]];
}

function seconds(text: string | undefined): number | undefined {
    return text !== undefined && /^[0-9]{1,10}$/.test(text.trim()) ? Number(text) : undefined;
}
