const ADVICE: Readonly<Record<string, string>> = {
    EACCES: "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE, so use a higher port",
    EADDRINUSE: "another process uses this port: end it, or use another port",
    EADDRNOTAVAIL: "this machine does not have this address: use one of its own, or 0.0.0.0",
};

/** What to do if the system does not let a program listen, by the text of its error; empty for other errors. Pure. */
export function listenAdvice(text: string): string {
    const code = /\blisten (E[A-Z]+)\b|\bbind (E[A-Z]+)\b/.exec(text);
    const advice = ADVICE[code?.[1] ?? code?.[2] ?? ""];
    return advice === undefined ? "" : `; ${advice}`;
}
