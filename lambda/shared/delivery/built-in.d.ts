// What the build writes into the packages queue-deliveries and deliver-orders: scripts/packages/build.ts.
import type { Mapping } from './mapping';

declare global {
  const BUILT_IN_MAPPING: Mapping;
  const BUILT_IN_MAPPING_DIGEST: string;
}
