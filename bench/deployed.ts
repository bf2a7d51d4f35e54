// The deployed service on this machine, for one measurement.
import { localClients } from '../scripts/service/clients';
import type { Clients } from '../scripts/service/clients';
import { deployLocally } from '../scripts/local/local-stack';
import type { LocalStack } from '../scripts/local/local-stack';
import { storeParameters } from '../scripts/local/store-account';
import { startMiniStack } from '../scripts/local/ministack';
import type { MiniStack } from '../scripts/local/ministack';
import { startSimulator } from '../simulator';
import type { Simulator, SimulatorOptions } from '../simulator';

export interface BenchDeployment {
  readonly miniStack: MiniStack;
  readonly simulator: Simulator;
  readonly clients: Clients;
  readonly stack: LocalStack;
}

export type DeployedOptions = Pick<SimulatorOptions, 'latencyMs' | 'quota'> & {
  /** Parameters of the stack that differ from those of a local run. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The parameters of the delivery stack; without them it is not deployed. */
  readonly delivery?: Readonly<Record<string, string>>;
};

/** Starts everything, lets `measure` use it, and stops everything. */
export async function withDeployed(
  { parameters: overrides = {}, delivery, ...storeOptions }: DeployedOptions,
  measure: (deployed: BenchDeployment) => Promise<void>,
): Promise<void> {
  const miniStack = await startMiniStack();
  const simulator = await startSimulator({ seed: 1, ...storeOptions });
  const clients = localClients(miniStack.endpoint);
  try {
    const parameters = {
      ...storeParameters({ ...simulator.credentials, apiUrl: simulator.url }),
      CheckWebhook: 'true',
      ...overrides,
    };
    const stack = await deployLocally(clients, {
      endpoint: miniStack.endpoint,
      parameters,
      ...(delivery && { delivery }),
    });
    await measure({ miniStack, simulator, clients, stack });
  } finally {
    clients.destroy();
    await simulator.stop();
    await miniStack.stop();
  }
}

/** The median of some values. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value that so many percent of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}
