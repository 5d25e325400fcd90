/** One text that is kept across restarts. */
export interface StoredText {
    /** The text, or undefined if there is none yet. */
    read(): Promise<string | undefined>;
    /** Replaces the text in one step. */
    write(text: string): Promise<void>;
}
