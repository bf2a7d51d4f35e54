// The errors that some code decides by; everything else that goes wrong is simply tried again.

/** A setting, secret or credential is wrong: nothing works until somebody mends it, and nothing is lost meanwhile. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** A queue body that is no order reference. Trying it again cannot help: it is dead-lettered. */
export class MalformedReferenceError extends Error {
  override readonly name = 'MalformedReferenceError';

  constructor(
    message: string,
    /** What could be read of it all the same, for the dead letter's attributes. */
    readonly known: { readonly orderId?: number; readonly firstSeenAt?: string } = {},
  ) {
    super(message);
  }
}

/** What is to be done about a failed call: try again, dead-letter, or alert and wait for a person. */
export type FailureKind = 'retryable' | 'permanent' | 'configuration';

/** BigCommerce did not do what it was asked. `status` is absent when no answer came. */
export class BigCommerceError extends Error {
  override readonly name = 'BigCommerceError';

  constructor(
    message: string,
    readonly kind: FailureKind,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** A list came in a form that may mean "nothing" (`{}`, null), though an empty list has other forms: 204 or `[]`. */
export class DoubtfulListError extends BigCommerceError {}

/** A request was not sent, because too little of the invocation's time was left: this says nothing about the store. */
export class OutOfTimeError extends BigCommerceError {}

/** SQS took only some of the references, or none. Those named were not queued. */
export class EnqueueError extends Error {
  override readonly name = 'EnqueueError';
}

/** A conditional write was refused: the row is newer than what was read, or belongs to another worker. */
export class RefusedWriteError extends Error {
  override readonly name = 'RefusedWriteError';
}

/** The order is with another worker; its lease ends by itself. */
export class LeaseHeldError extends Error {
  override readonly name = 'LeaseHeldError';
}

/** An order of which a part is gone: whoever only reads cannot have it whole, the worker stores it anew. */
export class MissingPartsError extends Error {
  override readonly name = 'MissingPartsError';
}

/** Decides what to do about any error: what is not known to be hopeless is tried again. */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof ConfigurationError) return 'configuration';
  if (error instanceof MalformedReferenceError) return 'permanent';
  return error instanceof BigCommerceError ? error.kind : 'retryable';
}

/** The sentence that goes into logs, alerts, the ledger and dead letters; at most 500 characters. */
export function formatError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.length > 500 ? `${text.slice(0, 499)}…` : text;
}
