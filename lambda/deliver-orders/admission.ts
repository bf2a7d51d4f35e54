// Who may call the ERP: at most `ErpConcurrency` invocations, by leased rows, and none while the circuit is open.
import type { Circuit, DeliveryKeys, Slot } from '../shared/tables/delivery-keys';

/** After a 429 a slot stays empty this long. */
const BUSY_MS = 5 * 60_000;

/** How long the circuit stays open after the ERP refused our credentials. */
export const CIRCUIT_MS = 10 * 60_000;

/** Between two tries for a slot. */
const TRY_AGAIN_MS = 2_000;

export interface AdmissionDeps {
  readonly keys: Pick<
    DeliveryKeys,
    'takeSlot' | 'releaseSlot' | 'circuit' | 'openCircuit' | 'probe' | 'closeCircuit'
  >;
  readonly concurrency: number;
  readonly worker: string;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** A slot is waited for until then; epoch milliseconds. */
  readonly waitUntil: number;
  /** No request of the invocation is under way later; epoch milliseconds. */
  readonly leaseUntil: number;
}

/** `until` is epoch milliseconds. */
export type Admitted =
  { readonly kind: 'admitted' } | { readonly kind: 'refused'; readonly until: number; readonly why: string };

export interface Admission {
  /** Takes a slot unless the invocation has one, then looks at the circuit. */
  admit(): Promise<Admitted>;
  /** The ERP answered: an open circuit that this invocation probes is closed. */
  answered(): Promise<void>;
  /** The ERP refused credentials or settings: no one calls it for a while. */
  refuse(): Promise<number>;
  /** The ERP has too many requests: this invocation's slot stays empty for a while. */
  slowDown(): void;
  /** Ends the invocation's right. Call it once, at the end. */
  release(): Promise<void>;
}

/** Creates the admission of one invocation. */
export function createAdmission(deps: AdmissionDeps): Admission {
  const { keys, now } = deps;
  let slot: Slot | undefined;
  let probing = false;
  let busyUntil: number | undefined;

  return {
    async admit() {
      slot ??= await waitForSlot(deps);
      if (slot === undefined) {
        return { kind: 'refused', until: now() + TRY_AGAIN_MS, why: 'no-slot' };
      }
      if (busyUntil !== undefined) return { kind: 'refused', until: busyUntil, why: 'erp-busy' };
      if (probing) return { kind: 'admitted' };
      const circuit = await keys.circuit();
      if (circuit === undefined) return { kind: 'admitted' };
      return probeCircuit(circuit, deps, () => (probing = true));
    },

    async answered() {
      if (!probing) return;
      probing = false;
      await keys.closeCircuit();
    },

    async refuse() {
      probing = false;
      const until = now() + CIRCUIT_MS;
      await keys.openCircuit(until);
      return until;
    },

    slowDown() {
      busyUntil = now() + BUSY_MS;
    },

    async release() {
      if (slot !== undefined) await keys.releaseSlot(slot, busyUntil);
    },
  };
}

async function waitForSlot(deps: AdmissionDeps): Promise<Slot | undefined> {
  const { keys, worker, concurrency, leaseUntil, waitUntil, now, sleep } = deps;
  for (;;) {
    const slot = await keys.takeSlot(worker, concurrency, leaseUntil, now());
    if (slot !== undefined || now() + TRY_AGAIN_MS >= waitUntil) return slot;
    await sleep(TRY_AGAIN_MS);
  }
}

/** One worker probes the ERP when the circuit's time is over; the others wait as long as its lease may last. */
async function probeCircuit(
  circuit: Circuit,
  { keys, leaseUntil, now }: AdmissionDeps,
  becomeProbe: () => void,
): Promise<Admitted> {
  const openUntil = Date.parse(circuit.openUntil);
  if (openUntil > now()) return { kind: 'refused', until: openUntil, why: 'circuit-open' };
  if (!(await keys.probe(circuit, leaseUntil, now()))) {
    return { kind: 'refused', until: now() + TRY_AGAIN_MS, why: 'circuit-probed' };
  }
  becomeProbe();
  return { kind: 'admitted' };
}
