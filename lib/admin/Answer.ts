/** The answer to a command: what a person reads, and the same as data for programs. Plain data. */
export interface Answer {
    readonly blocks: readonly Block[];
    /** For `--json` and the HTTP API. Must be serialisable as JSON. */
    readonly data: unknown;
    /** Long texts that are sent as a file in a Matrix room. */
    readonly file?: { readonly name: string; readonly text: string };
    /** A picture that is shown in a Matrix room, as PNG. */
    readonly picture?: { readonly name: string; readonly svg: string };
}

/** A part of an answer. */
export type Block =
    | { readonly kind: "text"; readonly text: string }
    /** Names and values, one pair a line. */
    | { readonly kind: "facts"; readonly facts: readonly (readonly [name: string, value: string])[] }
    | { readonly kind: "list"; readonly items: readonly string[] }
    /** Text in which blanks and line ends matter. */
    | { readonly kind: "code"; readonly text: string };

/** Why a command did nothing, and what to do. */
export interface CommandFailure {
    readonly failure: string;
    readonly advice?: string;
}

export type Outcome = Answer | CommandFailure;

export function isFailure(outcome: Outcome): outcome is CommandFailure {
    return "failure" in outcome;
}

export function textAnswer(text: string, data: unknown = { message: text }): Answer {
    return { blocks: [{ kind: "text", text }], data };
}

export function failed(failure: string, advice?: string): CommandFailure {
    return advice === undefined ? { failure } : { failure, advice };
}
