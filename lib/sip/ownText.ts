/**
 * The same text in memory of its own, for what is kept as long as a call lasts. A header is a part of its message, and V8 keeps the
 * whole message in memory while one of its parts is in use ("sliced string").
 */
export function ownText<Text extends string | undefined>(text: Text): Text {
    return (text === undefined ? undefined : Buffer.from(text).toString()) as Text;
}
