// What the conformance kit needs of a vendor: a running ERP, adapters for it, and a member of staff who uses another way into it.
// Also what the kit's tests have in common: documents, and a worker without tables.
import type { ErpCustomer, ErpOrder } from '../../lambda/shared/delivery/erp-order';
import { compareWithErp } from '../../lambda/shared/delivery/compare';
import type { Mapping } from '../../lambda/shared/delivery/mapping';
import type { SalesOrder } from '../../lambda/shared/delivery/sales-order';
import type { Erp, ErpSettings } from '../../lambda/shared/erp/erp';
import { ErpError } from '../../lambda/shared/runtime/errors';
import type { Snapshot } from '../../lambda/shared/order/order';
import { aSnapshotToDeliver, documentOf } from '../support/sales-order';

export interface ErpUnderTest {
  /** An adapter as an invocation makes it; `url` may be that of a proxy before the ERP. */
  readonly create: (overrides?: Partial<ErpSettings>) => Erp;
  readonly url: string;
  readonly mapping: Mapping;
  readonly staff: Staff;
  readonly stop: () => Promise<void>;
}

/** What people do in the ERP and see there. Ids are those of ErpOrder and ErpCustomer. */
export interface Staff {
  /** How many sales orders there are under the reference, in any state. */
  readonly ordersUnder: (ref: string) => Promise<number>;
  readonly customersUnder: (key: string) => Promise<number>;
  readonly addressesOf: (customerId: string) => Promise<number>;
  readonly nameOf: (customerId: string) => Promise<string>;
  readonly renameCustomer: (customerId: string, name: string) => Promise<void>;
  /** The text of the address that the sales order ships to. */
  readonly shipsTo: (orderId: string) => Promise<string>;
  readonly ship: (orderId: string) => Promise<void>;
  readonly invoice: (orderId: string) => Promise<void>;
  readonly renameOrder: (orderId: string, ref: string) => Promise<void>;
}

let orderId = 1_000;

/** A document of its own: another order of another customer each time, unless the overrides say otherwise. */
export function nextDocument(
  mapping: Mapping,
  overrides: Parameters<typeof aSnapshotToDeliver>[0] = {},
): SalesOrder {
  orderId += 1;
  return documentOf(nextSnapshot({ customer_id: orderId, ...overrides }), mapping);
}

const nextSnapshot = (overrides: Parameters<typeof aSnapshotToDeliver>[0]): Snapshot =>
  aSnapshotToDeliver({ id: orderId, ...overrides });

/** A moment before which a write may leave. */
export const soon = (): number => Date.now() + 30_000;

/** What a worker does with an order, without its rows and leases; the caller waits until an earlier attempt is settled. */
export async function deliver(erp: Erp, document: SalesOrder): Promise<ErpOrder> {
  const [found] = await erp.findOrders([document.ref]);
  let order = found ?? (await createOrder(erp, document));
  for (let step = 0; order.state === 'draft' && step < 5; step += 1) {
    order = await erp.confirm(order, document, soon());
  }
  return order;
}

export async function createOrder(erp: Erp, document: SalesOrder): Promise<ErpOrder> {
  const customer = await customerOf(erp, document);
  await erp.prepare(document, customer);
  return erp.createDraft(document, customer, soon()).catch(async (error: unknown) => {
    const [taken] = isDuplicate(error) ? await erp.findOrders([document.ref]) : [];
    if (taken !== undefined) return taken;
    throw error;
  });
}

export async function customerOf(erp: Erp, { party, billing, shipping }: SalesOrder): Promise<ErpCustomer> {
  const [found] = await erp.findCustomers(party);
  if (found !== undefined) return found;
  const addresses = [billing].concat(shipping.map(({ address }) => address));
  return erp.createCustomer(party, addresses, soon()).catch(async (error: unknown) => {
    const [taken] = isDuplicate(error) ? await erp.findCustomers(party) : [];
    if (taken !== undefined) return taken;
    throw error;
  });
}

const isDuplicate = (error: unknown): boolean => error instanceof ErpError && error.failure === 'duplicate';

/** The error of a call that must fail. */
export async function errorOf(call: Promise<unknown>): Promise<ErpError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ErpError) return error;
  throw new Error(`Expected an ErpError, got ${String(error)}.`);
}

export function expectEqual(document: SalesOrder, mapping: Mapping, order: ErpOrder | undefined): void {
  if (order === undefined) throw new Error(`The ERP does not show ${document.ref}.`);
  expect(compareWithErp(document, mapping, order)).toEqual({ kind: 'equal' });
}
