// How a command fails: with a sentence for the user, without a stack.

/** The user can fix it. The program prints the message alone and ends with exit code 1. */
export class CommandError extends Error {}

/** The command line does not say what to do. The program prints `error:` and the message, and ends with exit code 2. */
export class UsageError extends CommandError {}
