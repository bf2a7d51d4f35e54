// start and simulator: the service, or only its store, on this machine.
import { defineCommand } from '../terminal/command';
import { simulatorOptions } from './simulator-options';
import { startOptions } from './arguments';

export const start = defineCommand({
  name: 'start',
  summary: 'Run the whole service on this machine, until Ctrl-C',
  description:
    'MiniStack emulates AWS, and a simulator is the BigCommerce store. Your own store is used instead of the simulator ' +
    'if BIGCOMMERCE_STORE_HASH, BIGCOMMERCE_CLIENT_ID and BIGCOMMERCE_TOKEN are set (optional: ' +
    'BIGCOMMERCE_CLIENT_SECRET and BIGCOMMERCE_API_URL). Its orders are only read and copied to this machine, ' +
    'unless --advance is given. With --erp tryton, Tryton is installed and started here too, and every order is ' +
    'delivered into it.',
  options: startOptions,
  examples: ['start', 'start --once', 'start --erp tryton', 'start --aws-port 4600 --store-port 8100'],
  hasReport: false,
  run: async (options) => {
    await (await import('./start')).start(options);
    return undefined;
  },
});

export const simulator = defineCommand({
  name: 'simulator',
  summary: 'Run a simulated BigCommerce store on this machine, until Ctrl-C',
  options: simulatorOptions,
  examples: ['simulator', 'simulator --port 8100 --orders 1000'],
  run: async (options) => (await import('./simulator')).runSimulator(options),
});
