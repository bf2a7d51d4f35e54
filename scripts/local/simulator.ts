// Runs the BigCommerce simulator by itself: a store on this machine to point curl, a client or a script
// at. Ctrl-C stops it.
import { readArguments, runAsCommand, wholeNumber } from '../terminal/arguments';
import { requireFreePort } from './ports';
import { fillStore, startSimulator, addSampleOrders } from '../../simulator/index';

const usage = 'Usage: npm run simulator -- [--port 8080] [--seed 1] [--orders 20] [--latency 0]';

const flags = {
  port: { type: 'string', default: '8080' },
  seed: { type: 'string', default: '1' },
  orders: { type: 'string', default: '20' },
  latency: { type: 'string', default: '0' },
} as const;

const largest = 9_999_999;

function readOptions() {
  const { values } = readArguments(flags, usage);
  return {
    port: wholeNumber('port', values.port, 0, 65_535),
    seed: wholeNumber('seed', values.seed, 0, largest),
    orders: wholeNumber('orders', values.orders, 0, largest),
    latencyMs: wholeNumber('latency', values.latency, 0, largest),
  };
}

runAsCommand(module, async () => {
  const options = readOptions();
  await requireFreePort(options.port, 'npm run simulator -- --port');
  const simulator = await startSimulator(options);
  const told = addSampleOrders(simulator);
  fillStore(simulator, options.orders);
  const { storeHash, accessToken, clientId, clientSecret } = simulator.credentials;
  console.log(`A BigCommerce store with ${simulator.orders.all().length} orders.

  URL            ${simulator.url}
  Store hash     ${storeHash}
  Access token   ${accessToken}
  Client id      ${clientId}
  Client secret  ${clientSecret}

${told.map(({ id, story }) => `  ${id}  ${story}`).join('\n')}

  curl -H 'X-Auth-Token: ${accessToken}' -H 'Accept: application/json' ${simulator.url}/stores/${storeHash}/v2/orders/count
  curl ${simulator.url}/_simulator/orders

Ctrl-C stops it.`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.stop());
});
