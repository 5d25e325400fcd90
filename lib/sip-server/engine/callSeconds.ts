/** How long the peer of a call counts as a known sender, in seconds: as long as calls may last. */
export const callSeconds = 24 * 3600;
