// The ERP of a local run: starts it, gives the delivery stack its parameters, and checks at the end what it has.
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { readMapping } from '../packages/mapping-file';
import { root } from '../terminal/root';
import type { StartOptions } from './arguments';
import type { Closing } from './closing';
import { deliveryShortcomings, mustBeInErp } from './delivery-progress';
import type { DeliveredOrder } from './delivery-progress';
import type { OrderProgress } from './order-progress';
import type { Screen } from './screen';
import { startTryton } from './tryton';
import type { Tryton, TrytonOptions } from './tryton';
import { isLiving, readSales } from './tryton-sales';

/** Every order of the simulated store is made later. */
const EVER = '2000-01-01';

/** Starts the ERP of `--erp`; undefined without that option. `closing` ends it. */
export async function startErp(
  { erp, erpPort }: StartOptions,
  stateDir: string | undefined,
  screen: Screen,
  closing: Closing,
): Promise<Tryton | undefined> {
  if (erp === undefined) return undefined;
  screen.say('Starting Tryton, the ERP ...');
  const options = { port: erpPort, logFile: join(root, '.local', `tryton-${erpPort}.log`) };
  const tryton = await startTryton({
    ...options,
    print: (line) => screen.say(line),
    ...(stateDir === undefined ? {} : { folder: join(stateDir, 'tryton') }),
  });
  const stopAgain = startAgainWhenKilled(tryton, options, screen, closing);
  closing.add(async () => {
    await stopAgain();
    // Last: it deletes a folder of its own.
    await tryton.stop();
  });
  closing.addKill(() => {
    tryton.kill();
    // It has the orders' people.
    if (stateDir === undefined) rmSync(tryton.folder, { recursive: true, force: true });
  });
  return tryton;
}

/**
 * Users may kill Tryton to see what becomes of the orders: it is started again at its port, with its database. Returns the end of
 * that, which stops what was started again.
 */
export function startAgainWhenKilled(
  first: Tryton,
  options: Omit<TrytonOptions, 'folder'>,
  screen: Pick<Screen, 'say'>,
  closing: Pick<Closing, 'addKill'>,
): () => Promise<void> {
  let isOver = false;
  let current = first;
  closing.addKill(() => {
    isOver = true;
    current.kill();
  });
  const watch = async () => {
    for (;;) {
      await current.ended;
      if (isOver) return;
      screen.say('Tryton has ended. Starting it again, with its database ...');
      current = await startTryton({ ...options, port: first.port, folder: first.folder });
      screen.say('Tryton is up again. Orders that wait are delivered at their next look.');
    }
  };
  const watching = watch().catch((error: unknown) =>
    screen.say(`Tryton cannot be started again: ${error instanceof Error ? error.message : String(error)}`),
  );
  return async () => {
    isOver = true;
    await current.stop();
    await watching;
    await current.stop();
  };
}

/** The parameters of the delivery stack for this ERP: every order, at once. */
export function deliveryParameters({ url, key }: Pick<Tryton, 'url' | 'key'>): Record<string, string> {
  return {
    ErpAdapter: 'tryton',
    ErpUrl: url,
    ErpCredentials: JSON.stringify({ key }),
    DeliveryMode: 'live',
    DeliverOrdersCreatedFrom: EVER,
  };
}

/** How the ERP's sales differ from the store's paid orders, in words; if they do not, `summary` says what was found. */
export async function checkErp(tryton: Tryton, orders: readonly OrderProgress[]) {
  const sales = await readSales(tryton);
  const { prefix } = (await readMapping()).mapping.reference;
  const followed = orders.flatMap((order) =>
    order.delivery === undefined ? [] : [{ ...order, delivery: order.delivery }],
  );
  const problems = followed.flatMap((order) =>
    deliveryShortcomings(order, sales, prefix).map(
      (problem) => `Order ${order.id} (${order.story}): ${problem}.`,
    ),
  );
  const references = new Set(followed.map(({ id }) => `${prefix}${id}`));
  const strangers = sales.filter(
    ({ webId, reference }) => !references.has(webId) && !references.has(reference),
  );
  return {
    problems: [
      ...problems,
      ...strangers.map(({ id, number }) => `Tryton has the sale ${number || id}, which is of no order.`),
    ],
    summary: summaryOf(followed, sales.filter(isLiving).length),
  };
}

function summaryOf(orders: readonly DeliveredOrder[], saleCount: number): string {
  const paid = orders.filter(mustBeInErp).length;
  const others = orders.filter((order) => order.snapshot !== undefined && !mustBeInErp(order));
  const named = others.map(({ id, delivery }) => `${id} (${delivery.row?.reason ?? 'no reason'})`);
  return (
    `Tryton has ${saleCount} confirmed sales, one for each of ${paid} paid orders, with the same totals.` +
    (named.length === 0 ? '' : ` Stored and not delivered: ${named.join(', ')}.`)
  );
}
