// The errors by which code decides. Any other error is retried.

/** A setting, secret or credential is wrong. Work resumes when the operator fixes it; no order is lost before. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** The body of a message is not an order reference. A retry cannot help, so it is dead-lettered. */
export class MalformedReferenceError extends Error {
  override readonly name = 'MalformedReferenceError';

  constructor(
    message: string,
    /** The fields that could still be read, for the dead letter's attributes. */
    readonly known: { readonly orderId?: number; readonly firstSeenAt?: string } = {},
  ) {
    super(message);
  }
}

/** How a failure is handled: `retryable` is retried, `permanent` is dead-lettered, `configuration` alerts the operator and is retried. */
export type FailureKind = 'retryable' | 'permanent' | 'configuration';

/** A call to BigCommerce failed. `status` is absent if no answer came. */
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

/** A list came in a form that may mean an empty list (`{}`, null). The documented forms are 204 and `[]`. */
export class DoubtfulListError extends BigCommerceError {}

/** A request was not sent, because too little time of the invocation was left. This is not a failure of the store. */
export class OutOfTimeError extends BigCommerceError {}

/** SQS refused references. The message says how many, or names them. */
export class EnqueueError extends Error {
  override readonly name = 'EnqueueError';
}

/** A conditional write was refused: the row rests on a later read, or another worker has the lease. */
export class RefusedWriteError extends Error {
  override readonly name = 'RefusedWriteError';
}

/** Another worker has the order's lease, which expires automatically. */
export class LeaseHeldError extends Error {
  override readonly name = 'LeaseHeldError';
}

/**
 * What an ERP's error means. `duplicate`: our key is taken. `busy`: too many requests. `retryable`: may succeed later. `data`:
 * this order cannot succeed as it is. `configuration`: no order can succeed until an operator acts. `bug`: the adapter is
 * wrong. `unknown`: not in the adapter's table.
 */
export type ErpFailure = 'duplicate' | 'busy' | 'retryable' | 'data' | 'configuration' | 'bug' | 'unknown';

/** A call to the ERP failed. Its message has field and code, never a value, which may be a name or an address. */
export class ErpError extends Error {
  override readonly name = 'ErpError';

  constructor(
    message: string,
    readonly failure: ErpFailure,
    /** Whether the ERP certainly has not done, and will not do, what was requested. */
    readonly provesRefusal: boolean,
    /** The HTTP status; undefined if no answer came. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** A part of a stored order is missing. A reader cannot restore it; the worker stores the order again. */
export class MissingPartsError extends Error {
  override readonly name = 'MissingPartsError';
}

/** Decides how an error is handled. An unknown error is retried. */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof ConfigurationError) return 'configuration';
  if (error instanceof MalformedReferenceError) return 'permanent';
  return error instanceof BigCommerceError ? error.kind : 'retryable';
}

/** The one-line text for logs, alerts, the ledger and dead letters; at most 500 characters. */
export function formatError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.length > 500 ? `${text.slice(0, 499)}…` : text;
}
