import { foldTypedText } from "./foldTypedText.ts";
import { type InboundRouteRules, InboundRoutes } from "./InboundRoutes.ts";
import type { MatrixUserId } from "./MatrixUserId.ts";
import { parsePhoneNumber, type PhoneNumber, recognisableDigitsOf } from "./PhoneNumber.ts";
import { fixedUser } from "./UserTemplate.ts";

/**
 * The numbers that reach Matrix users of their own, recognised in every spelling. Immutable; everything is compared in
 * canonical form. Indexed when it is asked for the first time, because only calls from peers and trunks ask.
 */
export class OwnNumbers {
    readonly #numbers: readonly PhoneNumber[];
    readonly #ranges: InboundRoutes;
    readonly #changed: ReadonlyMap<string, MatrixUserId | undefined>;
    #index: ReadonlySet<string> | undefined;

    /** @param changed users by number, as commands changed them; undefined for a number that reaches no user any more */
    constructor(
        { numbers, patterns }: Pick<InboundRouteRules, "numbers" | "patterns">,
        changed: ReadonlyMap<string, MatrixUserId | undefined> = new Map(),
    ) {
        this.#changed = changed;
        const users = new Map<string, MatrixUserId | undefined>([...numbers, ...changed]);
        this.#numbers = [...users].flatMap(([number, user]) => (user === undefined ? [] : [number as PhoneNumber]));
        // a pattern that leads to one user for all its numbers, such as +44*, says nothing about who has them
        const ranges = patterns.filter(({ user }) => fixedUser(user) === undefined);
        this.#ranges = new InboundRoutes({ numbers: new Map(), patterns: ranges, names: new Map() });
    }

    /** Whether a number reaches a Matrix user of its own: by itself, by a pattern or by a range. */
    has(number: PhoneNumber): boolean {
        return this.isSpelledBy(number) || (!this.#changed.has(number) && this.#ranges.toNumber(number) !== undefined);
    }

    /** Whether a text is one of the numbers that are mapped one by one, as a person writes it. */
    isSpelledBy(text: string): boolean {
        const digits = foldTypedText(text).replace(/^\+?(?:011|0+)?/, "");
        if (digits === "") return false;
        // people write the trunk prefix behind the country code: +44 (0)20
        const international = parsePhoneNumber(`+${digits}`)?.slice(1) ?? digits;
        this.#index ??= new Set(this.#numbers.flatMap((number) => [...recognisableDigitsOf(number)]));
        return this.#index.has(digits) || this.#index.has(international);
    }
}
