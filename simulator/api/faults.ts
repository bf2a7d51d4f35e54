// Faults on demand: what goes wrong with which calls. Whether a fault strikes depends on the seed, the call and
// how often it was made, not on what else is under way, so that a failing run can be repeated.
import type { Damage } from './broken-responses';
import { randomFrom } from '../random';

/** What a hook of a fault gets to see. */
export interface FaultedCall {
  readonly endpoint: string;
  readonly orderId?: number;
  readonly body: unknown;
}

/** A call that faults may strike. */
export interface TargetCall extends FaultedCall {
  /** How many rows it asks for. */
  readonly limit: number;
  /** Whether it is a GET whose answer contains the order. */
  contains(orderId: number): boolean;
}

/** Which calls a fault strikes. */
interface Target {
  /** A template as in the log, or a pattern for it; without one, every call. */
  readonly endpoint?: string | RegExp;
  readonly orderId?: number;
  /** Only GETs whose answer holds this order: the order itself, lists that it is in, and its own lists. */
  readonly holding?: number;
  /** Only calls that ask for at least so many rows; a call without a `limit` asks for 50. */
  readonly limitFrom?: number;
  /** From 0 to 1; 1 if left out. */
  readonly probability?: number;
  /** How often it strikes before it is used up. */
  readonly times?: number;
  /** How many matching calls go by before the first one is struck. */
  readonly skip?: number;
  /** Runs just before the call takes effect: the place to edit the store between two calls. */
  readonly before?: (call: FaultedCall) => void | Promise<void>;
  /** Runs just after the call took effect, before its answer is on its way. */
  readonly after?: (call: FaultedCall) => void | Promise<void>;
}

/** A fault: a target with damage, or with hooks alone. */
export type Fault = Target & (Damage | { readonly kind?: never });

/** The faults of one store. */
export interface Faults {
  /** Adds a fault and returns what takes it away. */
  add(fault: Fault): () => void;
  clear(): void;
  /** The faults that strike this call: all whose hooks run, and one at the most that does damage. */
  strike(call: TargetCall): Fault[];
}

interface Armed {
  readonly fault: Fault;
  readonly number: number;
  readonly seen: Map<string, number>;
  passed: number;
  struck: number;
}

/** No faults yet. */
export function createFaults(seed: number): Faults {
  let armed: Armed[] = [];
  let added = 0;
  return {
    add: (fault) => {
      added += 1;
      const entry: Armed = { fault, number: added, seen: new Map(), passed: 0, struck: 0 };
      armed.push(entry);
      return () => {
        armed = armed.filter((other) => other !== entry);
      };
    },
    clear: () => {
      armed = [];
    },
    strike: (call) => {
      const struck: Fault[] = [];
      for (const entry of armed) {
        const spoken = entry.fault.kind !== undefined && struck.some(({ kind }) => kind !== undefined);
        if (!spoken && strikes(entry, call, seed)) struck.push(entry.fault);
      }
      return struck;
    },
  };
}

function strikes(entry: Armed, call: TargetCall, seed: number): boolean {
  const { fault } = entry;
  if (!isTarget(fault, call) || entry.struck >= (fault.times ?? Infinity)) return false;
  const key = `${call.endpoint} ${call.orderId ?? ''}`;
  const nth = (entry.seen.get(key) ?? 0) + 1;
  entry.seen.set(key, nth);
  const chance = randomFrom(seed, 'fault', entry.number, key, nth)();
  if (chance >= (fault.probability ?? 1)) return false;
  entry.passed += 1;
  if (entry.passed <= (fault.skip ?? 0)) return false;
  entry.struck += 1;
  return true;
}

function isTarget({ endpoint, orderId, holding, limitFrom }: Target, call: TargetCall): boolean {
  if (orderId !== undefined && orderId !== call.orderId) return false;
  if (limitFrom !== undefined && call.limit < limitFrom) return false;
  if (holding !== undefined && !call.contains(holding)) return false;
  if (endpoint === undefined) return true;
  return typeof endpoint === 'string' ? endpoint === call.endpoint : call.endpoint.search(endpoint) >= 0;
}
