import { isIP } from "node:net";
import type { Config } from "./Config.generated.ts";
import { formatPath } from "./configPath.ts";

const SHORTEST_PASSWORD = 8;
const SHORTEST_TOKEN = 16;
/** Prefixes shorter than these cover a large part of the internet. */
const SHORTEST_PREFIX = { 4: 8, 6: 16 };

/** Warns about passwords that are easy to guess, and about rights that too many have. Pure. */
export function securityWarnings(config: Config): string[] {
    return [...weakPasswords(config), ...wideNetworks(config), ...openPermissions(config)];
}

function weakPasswords({ accounts, trunks, admin }: Config): string[] {
    const places = [
        ...accounts.map(({ username, password }, index) => ({ username, password, path: ["accounts", index] })),
        ...trunks.flatMap(({ inboundAuth }, index) =>
            inboundAuth === undefined ? [] : [{ ...inboundAuth, path: ["trunks", index, "inboundAuth"] }],
        ),
    ];
    const warnings = places.flatMap(({ username, password, path }) => {
        const text = password.reveal();
        return text.length >= SHORTEST_PASSWORD && text !== username
            ? []
            : [
                  `${formatPath([...path, "password"])}: is easy to guess, and everyone who can reach sip.listen can try; use at least ${SHORTEST_PASSWORD} characters, not the user name`,
              ];
    });
    if (admin === undefined || admin.token.reveal().length >= SHORTEST_TOKEN) return warnings;
    return [...warnings, `admin.token: is easy to guess; use at least ${SHORTEST_TOKEN} characters`];
}

function wideNetworks({ sip, trunks }: Config): string[] {
    const senders = [
        ...sip.peers.map((peer, index) => ({ ...peer, path: ["sip", "peers", index, "inboundNetworks"] })),
        ...trunks.map((trunk, index) => ({ ...trunk, path: ["trunks", index, "inboundNetworks"] })),
    ];
    return senders.flatMap(({ name, trusted, inboundNetworks, path }) =>
        inboundNetworks.filter(isWide).map((network) => {
            const asWhom = trusted ? " with any caller identity" : "";
            return `${formatPath(path)}: every sender in ${network} can call as ${name}${asWhom}; list the addresses of ${name} only`;
        }),
    );
}

function isWide(network: string): boolean {
    const [address = "", prefix] = network.split("/");
    return prefix !== undefined && Number(prefix) < (isIP(address) === 6 ? SHORTEST_PREFIX[6] : SHORTEST_PREFIX[4]);
}

function openPermissions({ permissions }: Config): string[] {
    const level = permissions["*"];
    return level === "operator" || level === "admin"
        ? [`permissions["*"]: gives every user of every homeserver the level ${level}; name the users or their server`]
        : [];
}
