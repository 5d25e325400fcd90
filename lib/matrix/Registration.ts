/** What the bridge needs of its registration file, in the file's words (Application Service API, "Registration"). */
export interface Registration {
    readonly id: string;
    /** Where the homeserver reaches us. */
    readonly url: string;
    readonly as_token: string;
    readonly hs_token: string;
    readonly sender_localpart: string;
    readonly namespaces: { readonly users: readonly UserNamespace[] };
}

export interface UserNamespace {
    readonly regex: string;
    readonly exclusive: boolean;
}

/**
 * Whether the registration lets the bridge act for a user who is not its own: by a namespace that is not exclusive.
 * A regular expression that is none matches nobody; the homeserver refuses such a file anyway.
 */
export function mayActFor(registration: Registration): (userId: string) => boolean {
    const patterns = registration.namespaces.users
        .filter((namespace) => !namespace.exclusive)
        .flatMap(({ regex }) => {
            try {
                // a homeserver matches from the beginning, but not to the end
                return [new RegExp(`^(?:${regex})`)];
            } catch {
                return [];
            }
        });
    return (userId) => patterns.some((pattern) => pattern.test(userId));
}
