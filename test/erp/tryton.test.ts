import { startTrytonUnderTest } from '../support/tryton-under-test';
import type { TrytonUnderTest } from '../support/tryton-under-test';
import { describeConformance } from './conformance';
import { createOrder, deliver, errorOf, nextDocument, soon } from './under-test';

describe('the adapter for Tryton, against a real Tryton', () => describeConformance(startTrytonUnderTest));

describe('what only Tryton has', () => {
  let erp: TrytonUnderTest;
  beforeAll(async () => {
    erp = await startTrytonUnderTest();
  }, 180_000);
  afterAll(() => erp.stop());

  it('names everything in the mapping that Tryton does not have', async () => {
    const { mapping } = erp;
    const findings = await erp.create().check({
      ...mapping,
      customer: { ...mapping.customer, guest: 'one' },
      items: { ...mapping.items, rename: { A: 'NO-ITEM' } },
      special: { ...mapping.special, shipping: 'NO-SHIPPING' },
      currencies: [{ currency: 'XTS', use: {} }, { currency: 'X*', use: {} }, { else: 'hold' }],
      paymentMethods: [{ method: 'Cash', use: 'No journal' }, { else: 'Paid in the shop' }],
      channels: [{ channelId: 1, use: { shop: 'no-shop' } }, { else: 'hold' }],
      erp: { ...mapping.erp, warehouse: 'No warehouse', paymentTerm: 'No term' },
    });
    expect(findings.map(({ about }) => about).sort()).toEqual([
      'channels[0]',
      'currencies[0].currency',
      'customer.guest',
      'erp.paymentTerm',
      'erp.warehouse',
      'items.rename["A"]',
      'paymentMethods[0]',
      'special.shipping',
    ]);
  });

  it('names the company, the database or the key, if they are wrong', async () => {
    const { mapping } = erp;
    const withErp = (names: Record<string, string>) => ({ ...mapping, erp: { ...mapping.erp, ...names } });
    expect(await erp.create().check(withErp({ company: 'No company' }))).toMatchObject([
      { about: 'erp.company' },
    ]);
    const elsewhere = erp.create({ mapping: withErp({ database: 'nothing' }) });
    expect(await elsewhere.check(mapping)).toMatchObject([{ about: 'credentials and erp.database' }]);
    const stranger = erp.create({ credentials: () => Promise.resolve('{"key":"wrong"}') });
    expect(await stranger.check(mapping)).toMatchObject([{ about: 'credentials and erp.database' }]);
    expect(await errorOf(stranger.findOrders(['BC-1']))).toMatchObject({
      failure: 'configuration',
      provesRefusal: true,
      status: 401,
    });
  });

  it('names the rights that the user lacks, and takes a field that it may not read for configuration', async () => {
    const key = await erp.createUser(['Sales']);
    const adapter = erp.create({ credentials: () => Promise.resolve(JSON.stringify({ key })) });
    const findings = await adapter.check(erp.mapping);
    expect(findings.map(({ about }) => about)).toEqual([
      'rights: account.payment',
      'rights: account.payment.journal',
    ]);
    const document = nextDocument(erp.mapping);
    await createOrder(erp.create(), document);
    const error = await errorOf(adapter.findOrders([document.ref]));
    expect(error).toMatchObject({ failure: 'configuration', provesRefusal: false });
    expect(error.message).toContain('"payments"');
  });

  it('needs the groups Sales and Payment only', async () => {
    const key = await erp.createUser(['Sales', 'Payment']);
    const adapter = erp.create({ credentials: () => Promise.resolve(JSON.stringify({ key })) });
    expect(await adapter.check(erp.mapping)).toEqual([]);
    const order = await deliver(adapter, nextDocument(erp.mapping, { store_credit_amount: '2.0000' }));
    expect(order).toMatchObject({ state: 'confirmed', payments: [{ method: 'Store credit' }] });
  });

  it('finds a customer by the e-mail address that only one has, without case and without wildcards', async () => {
    const mapping = {
      ...erp.mapping,
      customer: { ...erp.mapping.customer, match: 'id-then-email' as const },
    };
    const adapter = erp.create({ mapping });
    const { party } = nextDocument(mapping);
    const id = await erp.enterCustomer('Ada_Lovelace@example.com');
    await erp.enterCustomer('AdaXLovelace@example.com');
    const customer = await adapter.findCustomers({ ...party, email: 'ada_lovelace@EXAMPLE.com' });
    expect(customer).toMatchObject([{ id }]);
    await erp.enterCustomer('ada_lovelace@example.com');
    expect(await adapter.findCustomers({ ...party, email: 'ada_lovelace@example.com' })).toEqual([]);
    expect(await erp.create().findCustomers({ ...party, email: 'AdaXLovelace@example.com' })).toEqual([]);
  });

  it('finds a sale that staff entered by hand under the reference', async () => {
    const document = nextDocument(erp.mapping);
    const { id } = await createOrder(erp.create(), document);
    await erp.clearWebShop(id);
    expect(await erp.create().findOrders([document.ref])).toMatchObject([{ id, reference: document.ref }]);
  });

  it('says that a sale is gone, if staff deleted it before it was confirmed', async () => {
    const document = nextDocument(erp.mapping);
    const order = await createOrder(erp.create(), document);
    const before = erp.create();
    const [found] = await before.findOrders([document.ref]);
    await erp.deleteSale(order.id);
    for (const adapter of [before, erp.create()]) {
      const error = await errorOf(adapter.confirm(found!, document, soon()));
      expect(error).toMatchObject({ failure: 'retryable', provesRefusal: true });
    }
    expect(await erp.create().findOrders([document.ref], order.id)).toEqual([]);
  });
});
