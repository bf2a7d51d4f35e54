// The options of simulator.
import { wholeNumber, withDefault } from '../terminal/options';
import type { OptionsOf } from '../terminal/options';

const COUNTS = [0, 9_999_999] as const;

export const simulatorOptions = {
  port: withDefault(
    wholeNumber('<port>', [0, 65_535], 'the port of the simulator; 0 for any free port'),
    8080,
  ),
  seed: withDefault(wholeNumber('<number>', COUNTS, 'the seed of its random values'), 1),
  orders: withDefault(wholeNumber('<count>', COUNTS, 'the number of orders at its start'), 20),
  latency: withDefault(wholeNumber('<ms>', COUNTS, 'the latency of each answer'), 0),
} as const;

export type SimulatorCommandOptions = OptionsOf<typeof simulatorOptions>;
