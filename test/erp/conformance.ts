// What every adapter must do, run against its ERP: the promises of the port, on which the delivery protocol rests.
import { aBillingAddress, aLineToDeliver, aShippingAddress, sides } from '../support/sales-order';
import { startFaultyProxy } from '../support/faulty-proxy';
import { createOrder, customerOf, deliver, errorOf, expectEqual, nextDocument, soon } from './under-test';
import type { ErpUnderTest } from './under-test';

/** Registers the tests. `start` starts the ERP once for all of them. */
export function describeConformance(start: () => Promise<ErpUnderTest>): void {
  let erp: ErpUnderTest;
  beforeAll(async () => {
    erp = await start();
  }, 180_000);
  afterAll(() => erp.stop());

  describe('creates an order once', () => {
    it('lets one of ten simultaneous creates of one order through, if its key refuses', async () => {
      const document = nextDocument(erp.mapping);
      const adapters = Array.from({ length: 10 }, () => erp.create());
      const customer = await customerOf(adapters[0]!, document);
      for (const adapter of adapters) await adapter.prepare(document, customer);
      const created = await Promise.allSettled(
        adapters.map((adapter) => adapter.createDraft(document, customer, soon())),
      );
      const refused = created.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
      expect(refused).toHaveLength(9);
      for (const error of refused) expect(error).toMatchObject({ failure: 'duplicate', provesRefusal: true });
      expect(await erp.staff.ordersUnder(document.ref)).toBe(1);
      expect(await erp.create().findOrders([document.ref])).toHaveLength(1);
    });

    it('creates one customer for ten simultaneous orders, if the key of a customer refuses', async () => {
      const first = nextDocument(erp.mapping);
      const documents = Array.from({ length: 10 }, () => ({
        ...nextDocument(erp.mapping),
        party: first.party,
      }));
      const orders = await Promise.all(documents.map((document) => createOrder(erp.create(), document)));
      expect(new Set(orders.map(({ id }) => id)).size).toBe(10);
      expect(await erp.staff.customersUnder(first.party.key)).toBe(1);
      const [customer] = await erp.create().findCustomers(first.party);
      expect(await erp.staff.addressesOf(customer!.id)).toBe(1);
    });

    it('finds an order that landed after its caller gave up, and refuses the second one', async () => {
      const document = nextDocument(erp.mapping);
      const customer = await customerOf(erp.create(), document);
      const proxy = await startFaultyProxy(erp.url);
      try {
        const slow = erp.create({ url: proxy.url });
        await slow.prepare(document, customer);
        proxy.breakNth(1, 'late');
        const lost = await errorOf(slow.createDraft(document, customer, soon()));
        expect(lost).toMatchObject({ failure: 'retryable', provesRefusal: false });
        const order = await createOrder(erp.create(), document);
        await proxy.settled();
        expect(await erp.staff.ordersUnder(document.ref)).toBe(1);
        expectEqual(document, erp.mapping, order);
      } finally {
        await proxy.stop();
      }
    });

    it('finds by reference and by id, in one call each, and nothing under a reference that is not used', async () => {
      const calls: string[] = [];
      const document = nextDocument(erp.mapping);
      const { id } = await createOrder(erp.create(), document);
      const adapter = erp.create({ onCall: ({ call }) => calls.push(call) });
      expect(await adapter.findOrders(['BC-none'])).toEqual([]);
      const byRef = await adapter.findOrders(['BC-none', document.ref]);
      const byId = await adapter.findOrders(['BC-none'], id);
      expect(byRef.map((order) => order.id)).toEqual([id]);
      expect(byId.map((order) => order.id)).toEqual([id]);
      expect(calls).toHaveLength(3);
    });
  });

  describe('shows what it was sent', () => {
    it('confirms an order with all kinds of lines and payments, to the cent', async () => {
      const document = nextDocument(erp.mapping, {
        ...sides('handling_cost', '1.5000', '1.6200', '0.1200'),
        ...sides('wrapping_cost', '2.0000', '2.1600', '0.1600'),
        ...sides('total', '29.5000', '32.1800', '2.6800'),
        discount_amount: '4.0000',
        gift_certificate_amount: '10.0000',
        store_credit_amount: '3.2500',
      });
      const order = await deliver(erp.create(), document);
      expect(order.state).toBe('confirmed');
      expectEqual(document, erp.mapping, order);
      expect(order.payments.map(({ method, amount }) => [method, Number(amount)]).sort()).toEqual([
        ['Gift certificate', 10],
        ['Store credit', 3.25],
      ]);
      const [found] = await erp.create().findOrders([document.ref]);
      expectEqual(document, erp.mapping, found);
      expect(found?.number).toBe(order.number);
    });

    it('takes an order of 60 lines', async () => {
      const lines = Array.from({ length: 60 }, (_, nth) => aLineToDeliver({ id: 100 + nth }));
      const document = nextDocument(erp.mapping, {
        products: lines,
        ...sides('subtotal', '1500.0000', '1620.0000', '120.0000'),
        ...sides('total', '1505.0000', '1625.4000', '120.4000'),
      });
      const order = await deliver(erp.create(), document);
      expect(order.lines.length).toBeGreaterThanOrEqual(61);
      expectEqual(document, erp.mapping, order);
    });

    it.each([
      ['characters of four bytes', { first_name: '𝒜𝒹𝒶 🦊', city: '𠮷野家', street_1: '🏠 1' }],
      [
        'tabs and line breaks',
        { first_name: 'A\tda', last_name: 'Mo\nss', city: 'Aus\ttin', street_1: '1\r\nTest' },
      ],
      [
        'runs of spaces',
        { first_name: ' A  da ', street_1: ' 1   Test   Street ', street_2: ' , ', zip: ' 787   01 ' },
      ],
      ['no names', { first_name: '', last_name: '', company: '', street_2: '', phone: '', email: '' }],
      [
        'long and odd texts',
        { first_name: 'x'.repeat(900), company: '<b>"&\'%_\\', email: 'no e-mail', phone: '?' },
      ],
    ])('takes an order whose addresses have %s', async (_, texts) => {
      const document = nextDocument(erp.mapping, {
        customer_message: '🦊\tline 1\nline 2\u0000',
        billing_address: aBillingAddress(texts),
        shipping_addresses: [aShippingAddress(texts)],
        products: [aLineToDeliver({ name: '🦊 Mug\twith\ntabs' })],
      });
      const order = await deliver(erp.create(), document);
      expectEqual(document, erp.mapping, order);
    });
  });

  describe('keeps what it knows about a customer', () => {
    it('ships a second order of a known customer to its own address, and changes nothing else', async () => {
      const first = nextDocument(erp.mapping);
      const { id } = await deliver(erp.create(), first);
      const customer = await customerOf(erp.create(), first);
      await erp.staff.renameCustomer(customer.id, 'Renamed by staff');
      const elsewhere = { ...first.billing, street: ['99 Other Road'], city: 'Dallas' };
      const second = nextDocument(erp.mapping);
      const moved = {
        ...second,
        party: first.party,
        shipping: [{ ...second.shipping[0]!, address: elsewhere }],
      };
      const order = await deliver(erp.create(), moved);
      expect(await erp.staff.shipsTo(order.id)).toContain('99 Other Road');
      expect(await erp.staff.shipsTo(id)).toContain('1 Test Street');
      expect(await erp.staff.nameOf(customer.id)).toBe('Renamed by staff');
      expect(await erp.staff.addressesOf(customer.id)).toBe(2);
    });

    it('does not add an address again whose answer was lost', async () => {
      const document = nextDocument(erp.mapping);
      const customer = await customerOf(erp.create(), document);
      const other = { ...document, billing: { ...document.billing, city: 'Houston' } };
      const proxy = await startFaultyProxy(erp.url);
      try {
        const adapter = erp.create({ url: proxy.url });
        await adapter.prepare(document, customer);
        const asked = proxy.passed;
        proxy.breakNth(asked + 1, 'unanswered');
        for (let nth = 1; nth <= 3 && (await erp.staff.addressesOf(customer.id)) === 1; nth += 1) {
          proxy.breakNth(nth, 'unanswered');
          await erp
            .create({ url: proxy.url })
            .prepare(other, customer)
            .catch(() => undefined);
        }
        proxy.breakNth(undefined);
        await erp.create({ url: proxy.url }).prepare(other, customer);
        expect(await erp.staff.addressesOf(customer.id)).toBe(2);
      } finally {
        await proxy.stop();
      }
    });
  });

  describe('shows each later state', () => {
    it('finds an order that is shipped, and one that is invoiced, and cancels neither', async () => {
      for (const state of ['shipped', 'invoiced'] as const) {
        const document = nextDocument(erp.mapping);
        const { id } = await deliver(erp.create(), document);
        await (state === 'shipped' ? erp.staff.ship(id) : erp.staff.invoice(id));
        const [order] = await erp.create().findOrders([document.ref]);
        expect(order?.state).toBe(state);
        expectEqual(document, erp.mapping, order);
        const refused = await errorOf(erp.create().cancel!(order!, 'test', soon()));
        expect(refused).toMatchObject({ failure: 'data', provesRefusal: true });
      }
    });

    it('shows an order under the reference that staff gave it', async () => {
      const document = nextDocument(erp.mapping);
      const { id } = await createOrder(erp.create(), document);
      await erp.staff.renameOrder(id, `${document.ref}-renamed`);
      const [order] = await erp.create().findOrders([document.ref], id);
      expect(order?.reference).toBe(`${document.ref}-renamed`);
    });
  });

  describe('changes a draft', () => {
    /** How many steps toward confirmed are taken before the draft is changed. */
    const steps = [0, 1, 2];
    const withPayment = { gift_certificate_amount: '10.0000' };

    it.each(steps)('rewrites a draft after %i steps toward confirmed', async (taken) => {
      const document = nextDocument(erp.mapping, withPayment);
      const adapter = erp.create();
      let order = await createOrder(adapter, document);
      for (let step = 0; step < taken; step += 1) order = await adapter.confirm(order, document, soon());
      expect(order.state).toBe('draft');
      const edited = {
        ...nextDocument(erp.mapping, { products: [aLineToDeliver({ id: 12, sku: 'TOTE-01' })] }),
        ref: document.ref,
        party: document.party,
      };
      const fresh = erp.create();
      const [found] = await fresh.findOrders([document.ref]);
      await fresh.prepare(edited, undefined);
      const rewritten = await fresh.rewriteDraft(found!, edited, soon());
      expect(rewritten).toMatchObject({ id: order.id, state: 'draft' });
      expectEqual(edited, erp.mapping, rewritten);
      const confirmed = await deliver(erp.create(), edited);
      expect(confirmed).toMatchObject({ state: 'confirmed', payments: [] });
      expect(await erp.staff.ordersUnder(document.ref)).toBe(1);
    });

    it.each(steps)('cancels a draft after %i steps toward confirmed', async (taken) => {
      const document = nextDocument(erp.mapping, withPayment);
      const adapter = erp.create();
      let order = await createOrder(adapter, document);
      for (let step = 0; step < taken; step += 1) order = await adapter.confirm(order, document, soon());
      expect((await adapter.cancel!(order, 'test', soon())).state).toBe('cancelled');
      const [found] = await erp.create().findOrders([document.ref]);
      expect(found?.state).toBe('cancelled');
    });

    it('refuses to cancel a confirmed order, and says that a retry does not help', async () => {
      const document = nextDocument(erp.mapping);
      const order = await deliver(erp.create(), document);
      const refused = await errorOf(erp.create().cancel!(order, 'test', soon()));
      expect(refused).toMatchObject({ failure: 'data', provesRefusal: true });
    });
  });

  describe('keeps to its limits', () => {
    it('sends nothing after its time, and says that nothing was sent', async () => {
      const document = nextDocument(erp.mapping);
      const customer = await customerOf(erp.create(), document);
      const proxy = await startFaultyProxy(erp.url);
      try {
        const adapter = erp.create({ url: proxy.url });
        await adapter.prepare(document, customer);
        proxy.breakNth(undefined);
        const late = await errorOf(adapter.createDraft(document, customer, Date.now() - 1));
        const over = erp.create({ url: proxy.url, callsUntil: Date.now() - 1 });
        const ended = await errorOf(over.findOrders([document.ref]));
        for (const error of [late, ended])
          expect(error).toMatchObject({ failure: 'retryable', provesRefusal: true });
        expect(proxy.passed).toBe(0);
      } finally {
        await proxy.stop();
      }
    });

    it('needs five calls for a known customer and seven for a new one, one at a time', async () => {
      const proxy = await startFaultyProxy(erp.url);
      try {
        const create = () => erp.create({ url: proxy.url });
        // The names of the mapping are known after it.
        const first = nextDocument(erp.mapping);
        await deliver(create(), first);
        const newcomer = nextDocument(erp.mapping);
        proxy.breakNth(undefined);
        await deliver(create(), newcomer);
        expect(proxy.passed).toBeLessThanOrEqual(7);
        const again = { ...nextDocument(erp.mapping), party: newcomer.party };
        const [customer] = await erp.create().findCustomers(newcomer.party);
        proxy.breakNth(undefined);
        const adapter = create();
        expect(await adapter.findOrders([again.ref])).toEqual([]);
        await adapter.prepare(again, customer);
        let order = await adapter.createDraft(again, customer!, soon());
        while (order.state === 'draft') order = await adapter.confirm(order, again, soon());
        expect(proxy.passed).toBeLessThanOrEqual(5);
        expect(proxy.mostAtOnce).toBe(1);
      } finally {
        await proxy.stop();
      }
    });

    it('names missing items and no others, and finds nothing wrong with the mapping of the test', async () => {
      const adapter = erp.create();
      expect(await adapter.missingItems(['MUG-07', 'NO-SUCH-ITEM'])).toEqual(['NO-SUCH-ITEM']);
      expect(await adapter.check(erp.mapping)).toEqual([]);
    });

    it('refuses an item that the ERP does not have before anything is sent', async () => {
      const document = nextDocument(erp.mapping, { products: [aLineToDeliver({ sku: 'NO-SUCH-ITEM' })] });
      const error = await errorOf(erp.create().prepare(document, undefined));
      expect(error).toMatchObject({ failure: 'data', provesRefusal: true });
      expect(error.message).toContain('NO-SUCH-ITEM');
    });
  });
}
