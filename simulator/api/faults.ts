// Faults on demand: which calls fail, and how. Whether a fault strikes depends only on the seed, the call and the
// number of such calls before it, so that a failing run can be repeated.
import type { Damage } from './broken-responses';
import { randomFrom } from '../random';

/** The call as a fault's hook sees it. */
export interface FaultedCall {
  readonly endpoint: string;
  readonly orderId?: number;
  readonly body: unknown;
}

/** A call that faults may strike. */
export interface TargetCall extends FaultedCall {
  /** The number of rows that it requests. */
  readonly limit: number;
  /** Whether it is a GET whose answer contains the order. */
  contains(orderId: number): boolean;
}

/** Which calls a fault strikes. */
interface Target {
  /** A template as in the log, or a pattern for it; without one, every call. */
  readonly endpoint?: string | RegExp;
  readonly orderId?: number;
  /** Only GETs whose response contains this order: the order itself, lists with it, and its own lists. */
  readonly holding?: number;
  /** Only calls that request at least so many rows; a call without a `limit` requests 50. */
  readonly limitFrom?: number;
  /** From 0 to 1; the default is 1. */
  readonly probability?: number;
  /** How many times it strikes; by default without end. */
  readonly times?: number;
  /** How many matching calls pass before it strikes. */
  readonly skip?: number;
  /** Runs just before the call takes effect: edit the store between two calls here. */
  readonly before?: (call: FaultedCall) => void | Promise<void>;
  /** Runs just after the call takes effect, before its response is sent. */
  readonly after?: (call: FaultedCall) => void | Promise<void>;
}

/** A fault: a target with damage, or with hooks alone. */
export type Fault = Target & (Damage | { readonly kind?: never });

/** The faults of one store. */
export interface Faults {
  /** Adds a fault and returns a function that removes it. */
  add(fault: Fault): () => void;
  clear(): void;
  /** The faults that strike this call: all faults without damage, and at most one with damage. */
  strike(call: TargetCall): Fault[];
}

interface Armed {
  readonly fault: Fault;
  readonly number: number;
  readonly seen: Map<string, number>;
  passed: number;
  struck: number;
}

/** Creates a store's faults: none yet. */
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
        const isDamaged = entry.fault.kind !== undefined && struck.some(({ kind }) => kind !== undefined);
        if (!isDamaged && strikes(entry, call, seed)) struck.push(entry.fault);
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
