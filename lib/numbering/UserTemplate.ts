import { parseMatrixUserId, type MatrixUserId } from "./MatrixUserId.ts";
import type { PhoneNumber } from "./PhoneNumber.ts";

declare const brand: unique symbol;

/**
 * A Matrix user, or a pattern of users whose name contains the called number: `@ext{digits}:matrix.example`. `{digits:4}`
 * is the last four digits.
 */
export type UserTemplate = string & { readonly [brand]: "UserTemplate" };

const PLACEHOLDER = /\{digits(?::([1-9][0-9]?))?\}/g;
/** A number to try a template with. */
const SAMPLE = "+442071838750" as PhoneNumber;

/** Parses the user of an inbound route. Undefined if it could not become a Matrix user ID. */
export function parseUserTemplate(text: string): UserTemplate | undefined {
    const template = text as UserTemplate;
    const isSpelled = !/[{}]/.test(text.replace(PLACEHOLDER, ""));
    return isSpelled && userFor(template, SAMPLE) !== undefined ? template : undefined;
}

/** The user, if it does not depend on the called number. */
export function fixedUser(template: UserTemplate): MatrixUserId | undefined {
    return template.search(PLACEHOLDER) >= 0 ? undefined : parseMatrixUserId(template);
}

/** One of the users that a template stands for: all have the same server. */
export function sampleUser(template: MatrixUserId | UserTemplate): MatrixUserId {
    return template.replace(PLACEHOLDER, "0") as MatrixUserId;
}

/** Fills a template in for a called number. Its `+`, `*` and `#` are left out. */
export function userFor(template: UserTemplate, number: PhoneNumber): MatrixUserId | undefined {
    const digits = number.replace(/[^0-9]/g, "");
    return parseMatrixUserId(
        template.replace(PLACEHOLDER, (_, last?: string) =>
            last === undefined ? digits : digits.slice(-Number(last)),
        ),
    );
}
