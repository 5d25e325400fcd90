export const EXIT_FAILED = 1;
/** The command line, the configuration or the registration is wrong: starting again does not help. */
export const EXIT_MISUSED = 2;
