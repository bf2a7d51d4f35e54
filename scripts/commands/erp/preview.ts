// erp preview: the document of one order as a worker would build it now, and what the adapter would send.
import { DELIVERY_REASONS } from '../../../lambda/shared/delivery/reasons';
import { withDelivery } from '../../service/delivery-service';
import type { DeliveryDeps } from '../../service/delivery-service';
import { previewOrder } from '../../service/delivery-tasks';
import type { Previewed } from '../../service/delivery-tasks';
import type { ServiceOptions } from '../../service/service-options';
import type { Report } from '../../terminal/command';
import { CommandError } from '../../terminal/command-error';
import { printable } from '../../terminal/printable';

export interface PreviewRequest {
  readonly orderId: number;
}

/** Throws CommandError if the order is not stored, or the worker fails. */
export const preview = ({ orderId, ...options }: PreviewRequest & ServiceOptions): Promise<Report> =>
  withDelivery(options, (deps) => previewOne({ orderId }, deps));

/** An order that is held has no document: the reason is the problem of the report. */
export async function previewOne(
  { orderId }: PreviewRequest,
  { service, recommend }: Pick<DeliveryDeps, 'service' | 'recommend'>,
): Promise<Report> {
  const previewed = await previewOrder(orderId, service);
  switch (previewed.kind) {
    case 'no-snapshot':
      throw new CommandError(
        `Order ${orderId} is not stored. Copy it first: ${recommend(`backfill --ids ${orderId}`)}`,
      );
    case 'hold':
      return { data: previewed, lines: [gateLine(previewed)], problem: holdText(previewed) };
    case 'document':
      return { data: previewed, lines: documentLines(previewed) };
  }
}

const documentLines = (previewed: Extract<Previewed, { kind: 'document' }>): readonly string[] => [
  gateLine(previewed),
  'The sales order document:',
  ...jsonLines(previewed.document),
  'The adapter would send, without what only the ERP knows:',
  ...jsonLines(previewed.sends ?? null),
];

const jsonLines = (value: unknown): readonly string[] =>
  JSON.stringify(value, null, 2).split('\n').map(printable);

function gateLine({ orderId, word }: Extract<Previewed, { word: string }>): string {
  if (word === 'deliver') return `Order ${orderId} may be delivered.`;
  return printable(`Order ${orderId} would not be created in the ERP: ${inWords(word)}`);
}

const holdText = ({ orderId, reason, detail }: Extract<Previewed, { kind: 'hold' }>): string =>
  printable(`Order ${orderId} has no document: ${inWords(reason)} ${detail}`);

/** A reason of another version has no sentence here. */
const inWords = (code: string): string =>
  code in DELIVERY_REASONS
    ? `${code}. ${DELIVERY_REASONS[code as keyof typeof DELIVERY_REASONS]}`
    : `${code}.`;
