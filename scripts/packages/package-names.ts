// The packages of the functions, by the stack that runs them.
import type { StackKind } from '../stack/service-stacks';

/** The folders of the functions, and the names of their zips. */
export const packagesOf = {
  replication: ['get-new-orders', 'new-orders-webhook', 'process-new-orders', 'audit-orders'],
  delivery: ['queue-deliveries', 'deliver-orders'],
} as const satisfies Readonly<Record<StackKind, readonly string[]>>;
