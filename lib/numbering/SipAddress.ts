declare const brand: unique symbol;

/** `user@host`: a SIP address of record without scheme, port and parameters; the host in lower case. */
export type SipAddress = string & { readonly [brand]: "SipAddress" };
