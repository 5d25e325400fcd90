/** The oldest Node that the bridge runs on, as in `engines` of package.json: it has `registerHooks` and node:sqlite. */
const OLDEST = [22, 15] as const;

/**
 * The error for a Node that is too old, as one sentence for the operator; undefined if the version is supported. Pure.
 * @param version as in `process.versions.node`
 */
export function nodeVersionError(version: string): string | undefined {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const isSupported = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
    if (isSupported) return undefined;
    return `matrix-appservice-sip needs Node ${OLDEST.join(".")} or newer, but this is Node ${version}; install a newer Node, or use the Debian package, which includes one.`;
}
