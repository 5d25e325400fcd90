/** Named values in addition to a log message. Never an SDP, a phone number or a secret above debug. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A logger. Messages are constant; what varies goes into the fields. */
export interface Log {
    /** For debugging a call. */
    debug(message: string, fields?: LogFields): void;
    /** Once per step of a call or of the program's life. */
    info(message: string, fields?: LogFields): void;
    /** Someone should look. */
    warn(message: string, fields?: LogFields): void;
    /** A fault of this program. */
    error(message: string, fields?: LogFields): void;
    /** A logger whose every line carries these fields too. */
    child(fields: LogFields): Log;
}
