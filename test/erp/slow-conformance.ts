// The rest of what every adapter must do: a worker that dies at each request, and many orders to the cent.
import { FAULTS, startFaultyProxy } from '../support/faulty-proxy';
import type { FaultyProxy } from '../support/faulty-proxy';
import { generateOrder } from '../support/order-generator';
import { buildSalesOrder } from '../../lambda/shared/delivery/build-sales-order';
import type { Mapping } from '../../lambda/shared/delivery/mapping';
import type { SalesOrder } from '../../lambda/shared/delivery/sales-order';
import { deliver, expectEqual, nextDocument } from './under-test';
import type { ErpUnderTest } from './under-test';

const ORDERS = 200;
const CURRENCIES = ['USD', 'USD', 'EUR', 'JPY', 'KWD'];

/** Registers the tests. `start` starts the ERP once for all of them. */
export function describeSlowConformance(start: () => Promise<ErpUnderTest>): void {
  let erp: ErpUnderTest;
  let proxy: FaultyProxy;
  beforeAll(async () => {
    erp = await start();
    proxy = await startFaultyProxy(erp.url);
  }, 180_000);
  afterAll(async () => {
    await proxy.stop();
    await erp.stop();
  });

  it.each(FAULTS)(
    'makes one order of a delivery that loses any of its requests: %s',
    async (fault) => {
      let wasReached = true;
      for (let nth = 1; wasReached; nth += 1) {
        const document = nextDocument(erp.mapping, { gift_certificate_amount: '10.0000' });
        proxy.breakNth(nth, fault);
        const first = await deliver(erp.create({ url: proxy.url }), document).catch(() => undefined);
        wasReached = proxy.passed >= nth;
        expect(first === undefined).toBe(wasReached);
        proxy.breakNth(undefined);
        await proxy.settled();
        const order = await deliver(erp.create(), document);
        expect(order.state).toBe('confirmed');
        expectEqual(document, erp.mapping, order);
        expect(order.payments).toHaveLength(1);
        expect(await erp.staff.ordersUnder(document.ref)).toBe(1);
        expect(await erp.staff.customersUnder(document.party.key)).toBe(1);
      }
    },
    300_000,
  );

  it(`confirms ${ORDERS} orders of every kind, in currencies of 0, 2 and 3 decimals, to the cent`, async () => {
    const mapping = { ...erp.mapping, ...allowances };
    const documents = documentsOf(mapping);
    expect(documents).toHaveLength(ORDERS);
    expect(new Set(documents.map(({ currency }) => currency)).size).toBe(4);
    for (const document of documents) {
      const order = await deliver(erp.create({ mapping }), document);
      expect(order.state).toBe('confirmed');
      expectEqual(document, mapping, order);
    }
    expect(proxy.mostAtOnce).toBe(1);
  }, 900_000);
}

const allowances: Pick<Mapping, 'currencies' | 'addresses'> = {
  currencies: [...new Set(CURRENCIES)].map((currency) => ({ currency, use: {} })),
  addresses: { several: 'first' },
};

/** The first orders of the generator that the rules of documents do not hold. */
function documentsOf(mapping: Mapping): readonly SalesOrder[] {
  const documents: SalesOrder[] = [];
  for (let seed = 1; documents.length < ORDERS; seed += 1) {
    const { snapshot } = generateOrder(seed, {
      id: 50_000 + seed,
      currencies: CURRENCIES,
      skus: ['MUG-07', 'TOTE-01', 'AUDIO-01'],
    });
    const built = buildSalesOrder(snapshot, mapping);
    if (built.kind === 'document') documents.push(built.document);
  }
  return documents;
}
