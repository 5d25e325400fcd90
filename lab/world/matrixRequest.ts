/** A logged-in device of a Matrix user. */
export interface MatrixDevice {
    readonly homeserverUrl: string;
    readonly userId: string;
    readonly accessToken: string;
    readonly deviceId: string;
}

export interface MatrixRequestOptions {
    readonly accessToken?: string;
    readonly body?: unknown;
}

/**
 * One request to a homeserver of the lab. The reply is trusted to be what the endpoint documents: it comes from a
 * Synapse we started.
 * @throws Error with the status and Synapse's own words on anything but success.
 */
export async function matrixRequest<T>(
    homeserverUrl: string,
    method: "GET" | "POST" | "PUT",
    path: string,
    { accessToken, body }: MatrixRequestOptions = {},
): Promise<T> {
    const response = await fetch(homeserverUrl + path, {
        method,
        headers: {
            ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
            ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
}

/** Logs in with a password, which makes a new device. */
export async function loginDevice(homeserverUrl: string, localpart: string, password: string): Promise<MatrixDevice> {
    const login = await matrixRequest<{ user_id: string; access_token: string; device_id: string }>(
        homeserverUrl,
        "POST",
        "/_matrix/client/v3/login",
        { body: { type: "m.login.password", identifier: { type: "m.id.user", user: localpart }, password } },
    );
    return { homeserverUrl, userId: login.user_id, accessToken: login.access_token, deviceId: login.device_id };
}
