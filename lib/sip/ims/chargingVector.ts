import { splitValues } from "../sipHeaders.ts";
import type { HeaderFields } from "../SipStack.ts";

/** What correlates the charging records that several networks write of one call (RFC 7315, section 4.6). */
export interface ChargingVector {
    /** Unique among all calls of all networks. */
    readonly icid: string;
    /** The host that made the icid. */
    readonly generatedAt?: string;
    /** The network the call comes from, as operators name each other (inter-operator identifier). */
    readonly origIoi?: string;
    /** The network it goes to. */
    readonly termIoi?: string;
}

/** Undefined without one, and for one without icid, which says nothing. */
export function readChargingVector(header: string | undefined): ChargingVector | undefined {
    const [first] = splitValues(header ?? "");
    const params = new Map(
        splitValues(first ?? "", ";").map((param) => {
            const equals = param.indexOf("=");
            return [param.slice(0, equals).trim().toLowerCase(), unquoted(param.slice(equals + 1).trim())] as const;
        }),
    );
    const icid = params.get("icid-value");
    if (icid === undefined || icid === "") return undefined;
    const generatedAt = params.get("icid-generated-at");
    const origIoi = params.get("orig-ioi");
    const termIoi = params.get("term-ioi");
    return {
        icid,
        ...(generatedAt !== undefined && { generatedAt }),
        ...(origIoi !== undefined && { origIoi }),
        ...(termIoi !== undefined && { termIoi }),
    };
}

/** The header, or none without a vector. */
export function chargingHeaders(vector: ChargingVector | undefined): HeaderFields {
    if (vector === undefined) return {};
    const { icid, generatedAt, origIoi, termIoi } = vector;
    const params = [
        `icid-value=${quoted(icid)}`,
        ...(generatedAt === undefined ? [] : [`icid-generated-at=${written(generatedAt)}`]),
        ...(origIoi === undefined ? [] : [`orig-ioi=${written(origIoi)}`]),
        ...(termIoi === undefined ? [] : [`term-ioi=${written(termIoi)}`]),
    ];
    return { "P-Charging-Vector": params.join(";") };
}

/** A token or host as it is. */
function written(value: string): string {
    return /^(?:[\w.\-!%*+`'~]+|\[[\da-f:.]+\])$/i.test(value) ? value : quoted(value);
}

function quoted(value: string): string {
    return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

function unquoted(value: string): string {
    return /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
}
