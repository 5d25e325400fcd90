import type { Config } from "./Config.generated.ts";
import { formatPath, type Path } from "./configPath.ts";

/** A TCP or UDP port that a key makes the bridge listen on. */
interface UsedPort {
    readonly path: Path;
    readonly protocol: "udp" | "tcp";
    readonly host: string;
    readonly port: number;
}

/** Reports keys that want the same port of the same address: the bridge could not start. */
export function checkPorts(
    config: Pick<Config, "sip" | "appservice" | "metrics" | "admin" | "messaging">,
    tell: (path: Path, text: string) => void,
): void {
    const ports = usedPorts(config);
    ports.forEach((later, place) => {
        const earlier = ports.slice(0, place).find((one) => isSamePort(one, later));
        if (earlier === undefined) return;
        const { protocol, port } = later;
        tell(later.path, `must be another port; ${formatPath(earlier.path)} uses ${protocol} port ${port} already`);
    });
}

/** Every port that a configuration makes the bridge and its SIP server listen on. Pure. */
export function usedPorts({
    sip,
    appservice,
    metrics,
    admin,
    messaging,
}: Pick<Config, "sip" | "appservice" | "metrics" | "admin" | "messaging">): readonly UsedPort[] {
    const web = [
        { path: ["metrics", "listen"], at: metrics.listen },
        { path: ["admin", "listen"], at: admin?.listen },
        { path: ["messaging", "web", "listen"], at: messaging.web?.listen },
    ];
    return [
        { path: ["appservice", "port"], protocol: "tcp", host: appservice.bind, port: appservice.port },
        ...web.flatMap(({ path, at }) => (at === undefined ? [] : [{ path, protocol: "tcp" as const, ...at }])),
        // an external SIP server has its own listeners
        ...(sip.drachtio === undefined ? sip.listen : []).map(({ transport, address, port }, index) => ({
            path: ["sip", "listen", index],
            protocol: transport === "udp" ? ("udp" as const) : ("tcp" as const),
            host: address,
            port,
        })),
    ];
}

function isSamePort(one: UsedPort, other: UsedPort): boolean {
    if (one.protocol !== other.protocol || one.port !== other.port) return false;
    if (one.host === other.host) return true;
    const isIpv6 = (host: string): boolean => host.includes(":");
    const isWildcard = (host: string): boolean => host === "0.0.0.0" || host === "::";
    return isIpv6(one.host) === isIpv6(other.host) && (isWildcard(one.host) || isWildcard(other.host));
}
