/** The state of a mailbox (RFC 3842). */
export interface MessageSummary {
    readonly waiting: "yes" | "no";
    /** The mailbox, a URI, if the sender names it. */
    readonly account?: string;
    /** New and old voice messages, if the sender counts them. */
    readonly voice?: { readonly new: number; readonly old: number };
}

export const MESSAGE_SUMMARY_MEDIA_TYPE = "application/simple-message-summary";

/** Parses an application/simple-message-summary body; undefined if it does not say whether messages wait. */
export function parseMessageSummary(body: string): MessageSummary | undefined {
    const [, waiting] = /^messages-waiting\s*:\s*(yes|no)\s*$/im.exec(body) ?? [];
    if (waiting === undefined) return undefined;
    const [, account] = /^message-account\s*:\s*(\S+)\s*$/im.exec(body) ?? [];
    const [, fresh, old] = /^voice-message\s*:\s*([0-9]{1,9})\s*\/\s*([0-9]{1,9})/im.exec(body) ?? [];
    return {
        waiting: waiting.toLowerCase() === "yes" ? "yes" : "no",
        ...(account !== undefined && { account }),
        ...(fresh !== undefined && old !== undefined && { voice: { new: Number(fresh), old: Number(old) } }),
    };
}

/** Writes an application/simple-message-summary body. */
export function composeMessageSummary({ waiting, account, voice }: MessageSummary): string {
    return [
        `Messages-Waiting: ${waiting}`,
        ...(account === undefined ? [] : [`Message-Account: ${account}`]),
        ...(voice === undefined ? [] : [`Voice-Message: ${voice.new}/${voice.old} (0/0)`]),
        "",
    ].join("\r\n");
}
