// What the command line of simulator says.
import { wholeNumber, withDefault } from '../terminal/options';
import type { OptionsOf } from '../terminal/options';

const COUNTS = [0, 9_999_999] as const;

export const simulatorOptions = {
  port: withDefault(wholeNumber('<port>', [0, 65_535], 'where it listens; 0 is any free port'), 8080),
  seed: withDefault(wholeNumber('<number>', COUNTS, 'of its random values'), 1),
  orders: withDefault(wholeNumber('<count>', COUNTS, 'how many orders it begins with'), 20),
  latency: withDefault(wholeNumber('<ms>', COUNTS, 'how long each answer takes'), 0),
} as const;

export type SimulatorCommandOptions = OptionsOf<typeof simulatorOptions>;
