// A hook as the API shows it, and the rules that it must follow.
import { isLoopback } from './send';
import type { Switches } from '../switches';

/** A hook as the API shows it; times are UNIX seconds. */
export interface Hook {
  readonly id: number;
  readonly client_id: string;
  readonly store_hash: string;
  readonly scope: string;
  readonly destination: string;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly is_active: boolean;
  readonly created_at: number;
  readonly updated_at: number;
}

/** The fields that a client sends to create or change a hook. */
export interface HookFields {
  readonly scope?: unknown;
  readonly destination?: unknown;
  readonly headers?: unknown;
  readonly is_active?: unknown;
}

/** The error of each wrong field: a 422. */
export interface HookProblem {
  readonly errors: Readonly<Record<string, string>>;
}

type AcceptedFields = Pick<Hook, 'scope' | 'destination' | 'headers' | 'is_active'>;

// [docs] limits per store, client and scope, and of the headers of a hook.
const MAX_PER_SCOPE = 10;
const MAX_HEADERS = 64;
const MAX_NAME_BYTES = 64;
const MAX_VALUE_BYTES = 8192;

const SCOPE = /^store(\/[\w]+)+(\/\*)?$/;

/** The complete fields, or the error of the first wrong field. */
export function checkHook(
  fields: HookFields,
  others: readonly Hook[],
  switches: Switches,
): AcceptedFields | HookProblem {
  const { scope, destination, headers = null, is_active: isActive = true } = fields;
  if (typeof scope !== 'string') return problem('scope', 'error.path.missing.');
  if (typeof destination !== 'string') return problem('destination', 'error.path.missing.');
  if (!SCOPE.test(scope)) return problem('scope', 'Invalid scope.');
  if (!isAllowed(destination, switches)) return problem('destination', 'Must be an HTTPS URL on port 443.');
  if (headers !== null && !isHeaderMap(headers)) return problem('headers', 'Invalid headers.');
  if (typeof isActive !== 'boolean') return problem('is_active', 'error.expected.jsboolean.');
  const sameScope = others.filter((hook) => hook.scope === scope);
  if (sameScope.some((hook) => hook.destination === destination)) {
    return problem('destination', 'A webhook for this scope and destination already exists.');
  }
  if (sameScope.length >= MAX_PER_SCOPE) return problem('scope', `No more than ${MAX_PER_SCOPE} per scope.`);
  return { scope, destination, headers, is_active: isActive };
}

function problem(field: string, message: string): HookProblem {
  return { errors: { [field]: message } };
}

function isAllowed(destination: string, switches: Switches): boolean {
  if (switches.hookDestinations === 'loopback' && isLoopback(destination)) return true;
  if (!URL.canParse(destination)) return false;
  const { protocol, port } = new URL(destination);
  return protocol === 'https:' && port === '';
}

function isHeaderMap(headers: unknown): headers is Record<string, string> {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false;
  const entries = Object.entries(headers);
  return (
    entries.length <= MAX_HEADERS &&
    entries.every(
      ([name, value]) =>
        /^[\w-]+$/.test(name) &&
        name.length <= MAX_NAME_BYTES &&
        typeof value === 'string' &&
        /^[\t\x20-\x7e]*$/.test(value) &&
        value.length <= MAX_VALUE_BYTES,
    )
  );
}
