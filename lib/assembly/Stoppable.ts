/** A part that runs, stopped in the reverse order of starting. */
export interface Stoppable {
    readonly name: string;
    readonly stop: () => Promise<void> | void;
}

/** Told each part that runs, in the order of starting. */
export type OnStarted = (part: Stoppable) => void;
