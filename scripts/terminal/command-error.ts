// The errors of commands: a sentence for the user, without a stack trace.

/** The user can fix it. The program prints the message alone and ends with exit code 1. */
export class CommandError extends Error {}

/** The command line is wrong. The program prints `error:` and the message, and ends with exit code 2. */
export class UsageError extends CommandError {}
