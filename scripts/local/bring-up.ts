// Starts all parts of a local run and connects them: MiniStack, the store, the stack, its alerts.
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { PROGRAM } from '../terminal/command';
import { root } from '../terminal/root';
import { CommandError } from '../terminal/command-error';
import { receiveAlerts } from './alerts';
import type { StartOptions } from './arguments';
import { localClients } from '../service/clients';
import type { Clients } from '../service/clients';
import type { Closing } from './closing';
import { readDeliveryRows } from './delivery-progress';
import { differences } from './gaps';
import { realStoreNotice, thingsToTry } from './instructions';
import { deliveryParameters, startErp } from './local-erp';
import { deployLocally } from './local-stack';
import type { LocalDeliveryStack, LocalStack } from './local-stack';
import { storeParameters } from './store-account';
import { startMiniStack } from './ministack';
import { createProgressReader } from './order-progress';
import type { FollowedOrder, OrderProgress } from './order-progress';
import { watchQueueAlarms } from './queue-alarms';
import { createScreen } from './screen';
import type { Screen } from './screen';
import { startSimulatedStore } from './simulated-store';
import type { SimulatedStore } from './simulated-store';
import type { Tryton } from './tryton';

export interface LocalRun {
  readonly stack: LocalStack;
  /** Undefined with the user's own store. */
  readonly store: SimulatedStore | undefined;
  /** Undefined without `--erp`. */
  readonly erp: Tryton | undefined;
  readonly screen: Screen;
  readonly lookEveryMs: number;
  /** The current state of every order. */
  progress(): Promise<OrderProgress[]>;
  thingsToTry(orders: readonly OrderProgress[]): string;
}

/** Starts the run and prints its steps; `closing` ends everything that it starts. */
export async function bringUp(options: StartOptions, closing: Closing): Promise<LocalRun> {
  const { awsPort, storePort, realStore, pollEveryMs } = options;
  const screen = createScreen(process.stdout);
  const startedAt = Date.now();
  const stateDir = keptState(options);
  if (realStore) screen.say(realStoreNotice(realStore));
  const store = realStore ? undefined : await startStore(storePort, stateDir, closing);
  const erp = await startErp(options, stateDir, screen, closing);
  const { clients, endpoint } = await startAws(awsPort, stateDir, closing);
  screen.say('Building the packages and deploying them to this machine, with the real template ...');
  const stack = await deployLocally(clients, {
    endpoint,
    parameters: parameters(options, store),
    ...(erp && { delivery: deliveryParameters(erp) }),
  });
  await connect(clients, endpoint, stack, screen, closing);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  screen.say(
    `${stack.stackName} is up, after ${seconds} s: MiniStack at ${endpoint}${storeInWords(store)}${erpInWords(erp)}.`,
  );
  screen.say(`\n${differences}\n`);
  const place = {
    endpoint,
    awsPort,
    pollEveryMs,
    storeUrl: store?.simulator.url,
    erp,
  };
  return {
    stack,
    store,
    erp,
    screen,
    // The tables of a real store may be large.
    lookEveryMs: store ? 400 : 2_000,
    progress: progressOf(clients, stack, store),
    thingsToTry: (orders) => thingsToTry(stack, { ...place, anOrderId: orders[0]?.id ?? 100 }),
  };
}

/** The folder of `--keep`; undefined if nothing is kept. It depends on the ports, because kept addresses contain them. */
function keptState({ awsPort, storePort, keep, fresh }: StartOptions): string | undefined {
  const folder = join(root, '.local', 'state', `${awsPort}-${storePort}`);
  if (fresh) rmSync(folder, { recursive: true, force: true });
  return keep ? folder : undefined;
}

async function startStore(
  port: number,
  stateDir: string | undefined,
  closing: Closing,
): Promise<SimulatedStore> {
  const store = await startSimulatedStore(port, stateDir && join(stateDir, 'store.json'));
  closing.add(() => {
    store.save();
    return store.simulator.stop();
  });
  return store;
}

async function startAws(port: number, stateDir: string | undefined, closing: Closing) {
  const mini = await startMiniStack({
    port,
    logFile: join(root, '.local', `ministack-${port}.log`),
    ...(stateDir === undefined ? {} : { stateDir: join(stateDir, 'aws') }),
  });
  closing.add(() => mini.stop());
  closing.addKill(() => mini.kill());
  const clients = localClients(mini.endpoint);
  closing.add(clients.destroy);
  return { clients, endpoint: mini.endpoint };
}

function parameters({ realStore }: StartOptions, store: SimulatedStore | undefined): Record<string, string> {
  const simulated = store && { ...store.simulator.credentials, apiUrl: store.simulator.url, advance: true };
  const used = realStore ?? simulated;
  if (used === undefined) throw new Error('There is neither a real store nor a simulated one.');
  return {
    ...storeParameters(used),
    AdvanceOrders: String(used.advance),
    CheckWebhook: String(realStore === undefined),
  };
}

async function connect(
  clients: Clients,
  endpoint: string,
  { stackName, delivery }: LocalStack,
  screen: Screen,
  closing: Closing,
): Promise<void> {
  const show = (topic: string, subject: string, message: string) =>
    screen.say(`\n  ALERT EMAIL (${topic}): ${subject}\n${message.replaceAll(/^/gm, '    ')}\n`);
  closing.add(
    await receiveAlerts(clients, endpoint, stackName, (alert) =>
      show(alert.topic, alert.subject, alert.message),
    ),
  );
  closing.add(await watchQueueAlarms(clients, endpoint, stackName));
  if (delivery) closing.add(await watchQueueAlarms(clients, endpoint, delivery.stackName));
}

function storeInWords(store: SimulatedStore | undefined): string {
  if (store === undefined) return ', with your own store';
  const { simulator, found } = store;
  const again = found > 0 ? `, with the ${found} orders of the last run` : '';
  return `, a simulated BigCommerce store at ${simulator.url}${again}`;
}

const erpInWords = (erp: Tryton | undefined) => (erp === undefined ? '' : `, Tryton at ${erp.url}`);

function progressOf(clients: Clients, { outputs, delivery }: LocalStack, store: SimulatedStore | undefined) {
  const reader = createProgressReader(clients, {
    ledgerTable: outputs['LedgerTableName'] ?? '',
    ordersTable: outputs['OrdersTableName'] ?? '',
    orderPartsTable: outputs['OrderPartsTableName'] ?? '',
  });
  const ofRealStore = async (): Promise<FollowedOrder[]> =>
    (await reader.ledgerRows()).map(({ order_id: id }) => ({ id, story: '' }));
  return async (): Promise<OrderProgress[]> => {
    try {
      const orders = await reader.read(store ? store.orders() : await ofRealStore());
      return delivery ? await withDeliveries(clients, delivery, orders) : orders;
    } catch (error) {
      throw new CommandError(
        `MiniStack no longer answers. Its log is in the folder .local; start again with: ${PROGRAM} start. (${String(error)})`,
        {
          cause: error,
        },
      );
    }
  };
}

async function withDeliveries(
  clients: Clients,
  { outputs }: LocalDeliveryStack,
  orders: readonly OrderProgress[],
): Promise<OrderProgress[]> {
  const rows = await readDeliveryRows(clients, outputs['DeliveriesTableName'] ?? '');
  return orders.map((order) => ({ ...order, delivery: { row: rows.get(order.id) } }));
}
