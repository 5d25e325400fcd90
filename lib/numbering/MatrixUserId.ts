declare const brand: unique symbol;

/** `@localpart:server`, checked against the grammar of the Matrix specification (Appendices, "User identifiers"). */
export type MatrixUserId = string & { readonly [brand]: "MatrixUserId" };

/** `!opaque:server`, or `!opaque` as of room version 12. */
export type MatrixRoomId = string & { readonly [brand]: "MatrixRoomId" };
