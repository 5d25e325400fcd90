import { payloadsOf } from "./codecs.ts";
import type { Section } from "./sessionDescription.ts";

/** Other payload types for those of a stream; the rest keep theirs. */
export type PayloadNumbers = ReadonlyMap<number, number>;

/** The dynamic payload types (RFC 3551, section 6), and those that are free if RTCP shares the port (RFC 5761, section 4). */
export const DYNAMIC: readonly number[] = [...range(96, 127), ...range(35, 63)];

/**
 * Payload types for a stream that is to share a transport with others: a number that another stream has is replaced, because it
 * means one codec in a whole bundle (RFC 9143, section 10.1.2). `before`: what was replaced earlier in the call, and stays so.
 */
export function distinctNumbers(stream: Section, others: readonly Section[], before: PayloadNumbers): PayloadNumbers {
    const numbers = new Map(before);
    const own = payloadsOf(stream);
    const used = new Set([...others.flatMap(payloadsOf), ...own, ...before.values()]);
    const taken = new Set(others.flatMap(payloadsOf));
    for (const payload of own) {
        if (!taken.has(numbers.get(payload) ?? payload)) continue;
        const free = DYNAMIC.find((candidate) => !used.has(candidate));
        if (free === undefined) continue;
        used.add(free);
        numbers.set(payload, free);
    }
    return numbers;
}

/** The other way round. */
export function inverse(numbers: PayloadNumbers): PayloadNumbers {
    return new Map([...numbers].map(([from, to]) => [to, from]));
}

/** The stream with other payload types, in all its attributes. */
export function renumbered(stream: Section, numbers: PayloadNumbers): Section {
    if (numbers.size === 0) return stream;
    const renumber = <Entry extends { readonly payload: number }>(entry: Entry): Entry => ({
        ...entry,
        payload: numbers.get(entry.payload) ?? entry.payload,
    });
    const { rtcpFb } = stream;
    return {
        ...stream,
        payloads: payloadsOf(stream)
            .map((payload) => numbers.get(payload) ?? payload)
            .join(" "),
        rtp: stream.rtp.map(renumber),
        fmtp: stream.fmtp.map(renumber),
        ...(rtcpFb === undefined
            ? {}
            : {
                  rtcpFb: rtcpFb.map((entry) => ({
                      ...entry,
                      payload: numbers.get(Number(entry.payload)) ?? entry.payload,
                  })),
              }),
    };
}

function range(first: number, last: number): readonly number[] {
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
