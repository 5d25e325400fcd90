declare const brand: unique symbol;

/** What can be dialled: E.164 with a leading `+`, or a short code or feature code of digits, `*` and `#` as it was typed. */
export type PhoneNumber = string & { readonly [brand]: "PhoneNumber" };
