/** A word or phrase that this project does not use, and the words to use instead. */
export interface AvoidedWord {
    readonly pattern: RegExp;
    readonly instead: string;
}

/**
 * Words that readers had to read twice: old-fashioned, without an actor, or private to this project. They are looked for
 * in comments, messages, test names and identifiers alike.
 */
export const avoidedWords: readonly AvoidedWord[] = [
    { pattern: /nobody/gi, instead: "name the actor, or say no user, no peer" },
    { pattern: /whoever/gi, instead: "a noun, such as the caller" },
    { pattern: /whence/gi, instead: "from where" },
    { pattern: /\banew\b/gi, instead: "again" },
    { pattern: /\bheed/gi, instead: "follow" },
    { pattern: /\bmend(s|ed|ing)?\b/gi, instead: "fix" },
    { pattern: /\bbears?\b/gi, instead: "support, accept" },
    { pattern: /clothes/gi, instead: "the plain word for it" },
    { pattern: /stranger/gi, instead: "unknown peer" },
    { pattern: /\bat\s+once\b|atOnce/gi, instead: "immediately, or at the same time" },
    { pattern: /\b(is|are)\s+told\b/gi, instead: "receives, is notified" },
    { pattern: /\bof\s+ours\b/gi, instead: "of the bridge" },
    { pattern: /\bdies\s+of\b/gi, instead: "crashes on, fails because of" },
    { pattern: /believe/gi, instead: "trust" },
    { pattern: /beside/gi, instead: "next to, in addition to" },
    { pattern: /vigil/gi, instead: "watchdog" },
    { pattern: /outlook/gi, instead: "availability" },
    { pattern: /\bbury\b|\bburied\b/gi, instead: "remove, mark as removed" },
    { pattern: /orphan(?!ed)/gi, instead: "stale session" },
    { pattern: /^(?:<{7}|>{7}) .*$/gm, instead: "resolve the merge conflict" },
    { pattern: /patience/gi, instead: "timeout" },
    { pattern: /\bjudg(?:e[sd]?|ing|ement)(?![a-z])|judge(?=[A-Z])/g, instead: "check, authenticate, outcome" },
    { pattern: /farewell|goodbye|good-bye/gi, instead: "hang-up, end" },
    { pattern: /\blast\s+words?\b|lastWords/gi, instead: "last line, end of the call" },
    { pattern: /\btakes?\s+leave\b/gi, instead: "ends its calls, disconnects" },
    { pattern: /\bof\s+no\s+use\b/gi, instead: "cannot be used, has no effect, does not help" },
    { pattern: /\bprobably\s+not\b/gi, instead: "state the fact" },
    { pattern: /\bfor\s+ever\b/gi, instead: "endlessly, without end" },
    { pattern: /\bupon\s+which\b/gi, instead: "and then, so that" },
    { pattern: /likeliest/gi, instead: "most likely" },
    { pattern: /\bin\s+vain\b/gi, instead: "fails, times out" },
    { pattern: /\bshall\b/g, instead: "must, can or will" },
];

/**
 * Texts that contain an avoided word and cannot be changed, because a specification or another program has them. A line
 * with one of them is not checked for the words in it.
 */
export const quotations: readonly string[] = [
    // RFC 4475, section 3.3.1
    "nobodyKnowsThisScheme",
];
