// What a hook must look like to be accepted.
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

/** What a client sends to create or change a hook. */
export interface HookFields {
  readonly scope?: unknown;
  readonly destination?: unknown;
  readonly headers?: unknown;
  readonly is_active?: unknown;
}

/** What is wrong, field by field: a 422. */
export interface HookProblem {
  readonly errors: Readonly<Record<string, string>>;
}

type Accepted = Pick<Hook, 'scope' | 'destination' | 'headers' | 'is_active'>;

// [docs] limits per store, client and scope, and of the headers of a hook.
const MOST_PER_SCOPE = 10;
const MOST_HEADERS = 64;
const MOST_NAME_BYTES = 64;
const MOST_VALUE_BYTES = 8192;

const SCOPE = /^store(\/[\w]+)+(\/\*)?$/;

/** The fields in full, or what is wrong with them. */
export function findProblems(
  fields: HookFields,
  others: readonly Hook[],
  switches: Switches,
): Accepted | HookProblem {
  const { scope, destination, headers = null, is_active: isActive = true } = fields;
  if (typeof scope !== 'string') return wrong('scope', 'error.path.missing.');
  if (typeof destination !== 'string') return wrong('destination', 'error.path.missing.');
  if (!SCOPE.test(scope)) return wrong('scope', 'Invalid scope.');
  if (!isAllowed(destination, switches)) return wrong('destination', 'Must be an HTTPS URL on port 443.');
  if (headers !== null && !isHeaderMap(headers)) return wrong('headers', 'Invalid headers.');
  if (typeof isActive !== 'boolean') return wrong('is_active', 'error.expected.jsboolean.');
  const sameScope = others.filter((hook) => hook.scope === scope);
  if (sameScope.some((hook) => hook.destination === destination)) {
    return wrong('destination', 'A webhook for this scope and destination exists already.');
  }
  if (sameScope.length >= MOST_PER_SCOPE) return wrong('scope', `No more than ${MOST_PER_SCOPE} per scope.`);
  return { scope, destination, headers, is_active: isActive };
}

function wrong(field: string, message: string): HookProblem {
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
    entries.length <= MOST_HEADERS &&
    entries.every(
      ([name, value]) =>
        /^[\w-]+$/.test(name) &&
        name.length <= MOST_NAME_BYTES &&
        typeof value === 'string' &&
        /^[\t\x20-\x7e]*$/.test(value) &&
        value.length <= MOST_VALUE_BYTES,
    )
  );
}
