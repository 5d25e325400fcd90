/**
 * Parts of matrix-js-sdk write to its own logger, whatever logger a client is given. To be imported before matrix-js-sdk: some
 * of them keep the methods of the logger when they are loaded.
 */
import { logger } from "matrix-js-sdk/lib/logger.js";

/** As in `loglevel`, of which the logger is made. Loggers that come from it have the same methods. */
interface LevelledLogger {
    methodFactory: () => () => void;
    readonly rebuild: () => void;
}

function silence(own: LevelledLogger): void {
    own.methodFactory = () => () => undefined;
    own.rebuild();
}

// eslint-disable-next-line @typescript-eslint/no-deprecated -- for clients; what has no client can be reached in no other way
silence(logger as unknown as LevelledLogger);
