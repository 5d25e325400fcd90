import { serverOf, type MatrixUserId } from "../numbering/MatrixUserId.ts";
import { sampleUser, type UserTemplate } from "../numbering/UserTemplate.ts";
import type { Config } from "./Config.generated.ts";

/**
 * Returns the local users whom the configuration lets inbound calls reach, as they are written there: those of numbers,
 * patterns, accounts and default users. Users whom callers reach by sip:user@domain are not known beforehand. Pure.
 */
export function calledUsersOf({
    homeserver,
    numbers,
    accounts,
    trunks,
    sip,
}: Pick<Config, "homeserver" | "numbers" | "accounts" | "trunks" | "sip">): readonly (MatrixUserId | UserTemplate)[] {
    const { map } = numbers;
    const users: readonly (MatrixUserId | UserTemplate | undefined)[] = [
        ...map.numbers.values(),
        ...map.names.values(),
        ...map.patterns.map(({ user }) => user),
        ...accounts.map(({ user }) => user),
        ...[...trunks, ...sip.peers].map(({ defaultUser }) => defaultUser),
    ];
    const named = users.filter((user) => user !== undefined);
    return [...new Set(named)].filter((user) => serverIn(user) === homeserver.domain).sort();
}

function serverIn(user: MatrixUserId | UserTemplate): string {
    return serverOf(sampleUser(user));
}
