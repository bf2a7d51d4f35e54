// erp: compares the mapping with the ERP and with stored orders, and shows what would be sent. Nothing is written anywhere.
import { toOrderId } from '../../../lambda/shared/order/order';
import { serviceOptions } from '../../service/service-options';
import { defineCommand } from '../../terminal/command';
import type { Noun } from '../../terminal/command';
import { UsageError } from '../../terminal/command-error';
import { text, wholeNumber, withDefault } from '../../terminal/options';
import { printable } from '../../terminal/printable';

const check = defineCommand({
  name: 'check',
  summary: 'Check the mapping against the ERP, and against the stored orders of the last days',
  description:
    'Checks the file first. Then the worker compares the mapping with the ERP: credentials, rights, and every name in ' +
    'it. Then it builds the stored orders of the last days by this mapping, and asks the ERP for their items. Nothing ' +
    'is written. The exit code is 1 if anything is missing. Ctrl-C ends the command after the current part.',
  options: {
    ...serviceOptions,
    mapping: text('<file>', 'the mapping, if it is not erp/mapping.json'),
    days: withDefault(wholeNumber('<n>', [0, 365], 'days of stored orders to check; 0 for none'), 30),
  },
  examples: ['erp check --stage prod', 'erp check --mapping erp/mapping.json --days 7 --stage prod'],
  run: async ({ mapping, days, ...options }, terminal) =>
    (await import('./check')).check({ file: mapping, days, ...options }, terminal),
});

const preview = defineCommand({
  name: 'preview',
  summary: 'Show the sales order document of an order, and what the adapter would send',
  description:
    'By the mapping that is deployed. Sends nothing. The output has the names and addresses of the order.',
  arguments: [{ name: '<order>', summary: "the store's id of the order" }],
  options: serviceOptions,
  examples: ['erp preview 100 --stage prod', 'erp preview 100 --local --output json'],
  run: async (options, _, [word]) => {
    const orderId = readOrderId(word);
    return (await import('./preview')).preview({ orderId, ...options });
  },
});

export const erp: Noun = {
  name: 'erp',
  summary: 'Check the mapping against the ERP, and preview what is sent',
  commands: [check, preview],
};

/** Throws UsageError. */
function readOrderId(word: string | undefined): number {
  const id = toOrderId(word);
  if (id !== undefined) return id;
  throw new UsageError(`the id of an order is a number, not '${printable(word ?? '')}'`);
}
