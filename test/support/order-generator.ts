// Well-formed orders of every kind, each from a seed: prices with and without tax, discounts, several addresses, fees, gift
// wrapping, currencies of 0, 2 and 3 decimals, gift certificates and store credit. The totals are computed here, as a store does
// it, and by none of the code under test.
import { aBillingAddress, aShippingAddress, aSnapshotToDeliver, sides } from './sales-order';
import { randomFrom } from '../../simulator/random';
import type { Snapshot } from '../../lambda/shared/order/order';
import type { Row } from '../../lambda/shared/runtime/json';

/** Ten-thousandths of the currency. */
interface Totals {
  readonly net: bigint;
  readonly tax: bigint;
  readonly gross: bigint;
  readonly due: bigint;
}

export interface GeneratedOrder {
  readonly snapshot: Snapshot;
  readonly totals: Totals;
  /** What is special about it, such as `prices with tax`. */
  readonly traits: readonly string[];
}

export interface GeneratorOptions {
  readonly id?: number;
  readonly currencies?: readonly string[];
  readonly mostAddresses?: number;
  /** The SKUs of the lines. */
  readonly skus?: readonly string[];
}

const DECIMALS: Readonly<Record<string, number>> = { USD: 2, EUR: 2, JPY: 0, KWD: 3 };

/** Taxes in ten-thousandths of the price: 825 is 8.25 %. */
const RATES = [0, 500, 825, 1_900, 2_000, 2_500];

/** The same order for the same seed and options. */
export function generateOrder(seed: number, options: GeneratorOptions = {}): GeneratedOrder {
  return new Generator(seed, options).order();
}

interface Priced {
  readonly exact: bigint;
  readonly ex: bigint;
  readonly inc: bigint;
  readonly tax: bigint;
}

interface Item extends Priced {
  readonly row: Row;
  readonly rate: number;
  /** What discounts take off it, and what the store says of it. */
  off: bigint;
  shown: bigint;
}

class Generator {
  readonly #random: () => number;
  readonly #currency: string;
  readonly #coin: bigint;
  readonly #withTax: boolean;
  /** Whether the side that is not exact has fractions of a coin, as order 218 of the documentation. */
  readonly #finely: boolean;
  readonly #traits = new Set<string>();

  constructor(
    seed: number,
    private readonly options: GeneratorOptions,
  ) {
    this.#random = randomFrom(seed, 'orders');
    this.#currency = this.#pick(options.currencies ?? ['USD', 'USD', 'USD', 'EUR', 'JPY', 'KWD']);
    this.#coin = 10n ** BigInt(4 - (DECIMALS[this.#currency] ?? 2));
    this.#withTax = this.#chance(0.5);
    this.#finely = this.#chance(0.3);
    this.#traits.add(this.#withTax ? 'prices with tax' : 'prices without tax').add(this.#currency);
  }

  order(): GeneratedOrder {
    const rate = this.#pick(RATES);
    const addresses = this.#addresses();
    const items = Array.from({ length: this.#count(1, 8) }, (_, nth) => this.#item(nth, rate, addresses));
    const costs = {
      shipping_cost: this.#cost(0.7, rate),
      handling_cost: this.#cost(0.15, rate),
      wrapping_cost: this.#cost(0.15, rate),
    };
    const fees = Array.from({ length: this.#chance(0.2) ? this.#count(1, 2) : 0 }, () => this.#cost(1, rate));
    const reductions = this.#reductions(items);
    const others = [...Object.values(costs), ...fees];
    const before = total(items.map(({ tax }) => tax));
    const goodsTax = this.#taxAfter(items, before);
    const tax = goodsTax + total(others.map((one) => one.tax));
    const exact = total([...items, ...others].map((one) => one.exact)) - reductions.all;
    const totals = this.#withTax
      ? { net: exact - tax, tax, gross: exact }
      : { net: exact, tax, gross: exact + tax };
    const redeemed = this.#redeemed(totals.gross);
    const lower = this.#lowered(redeemed.all, totals.net);
    if (fees.length > 0) this.#traits.add('fees');
    const snapshot = aSnapshotToDeliver({
      id: this.options.id ?? 100,
      ...this.#party(),
      default_currency_code: this.#currency,
      ...this.#flag(),
      ...this.#sides('subtotal', {
        ex: total(items.map(({ ex }) => ex)),
        inc: total(items.map(({ inc }) => inc)),
        tax: this.#chance(0.5) ? before : goodsTax,
      }),
      ...(Object.assign({}, ...Object.entries(costs).map(([name, cost]) => this.#sides(name, cost))) as Row),
      ...this.#sides('total', { ex: totals.net - lower.ex, inc: totals.gross - lower.inc, tax }),
      ...reductions.fields,
      gift_certificate_amount: this.#text(redeemed.gift),
      store_credit_amount: this.#text(redeemed.credit),
      products: items.map(({ row, shown }) => ({ ...row, applied_discounts: this.#applied(shown) })),
      shipping_addresses: addresses,
      fees: fees.length === 0 && this.#chance(0.5) ? link : fees.map((fee, nth) => this.#fee(fee, nth)),
    });
    return {
      snapshot,
      totals: { ...totals, due: totals.gross - redeemed.all },
      traits: [...this.#traits],
    };
  }

  #item(nth: number, rate: number, addresses: readonly Row[]): Item {
    const isHuge = this.#chance(0.02);
    const quantity = isHuge ? this.#count(1_000, 1_000_000) : this.#count(1, 12);
    const isFree = this.#chance(0.05);
    const type = this.#pick(['physical', 'physical', 'physical', 'digital', 'giftcertificate']);
    const own = type === 'giftcertificate' ? 0 : this.#chance(0.2) ? this.#pick(RATES) : rate;
    const unit = isFree ? 0n : BigInt(this.#count(1, 20_000)) * this.#coin;
    const each = this.#priced(unit, own);
    const exact = unit * BigInt(quantity);
    const whole = this.#chance(0.5) ? this.#priced(exact, own) : this.#times(each, BigInt(quantity));
    for (const [is, trait] of [
      [isHuge, 'a huge quantity'],
      [isFree, 'a free line'],
      [type === 'giftcertificate', 'a gift certificate is bought'],
    ] as const) {
      if (is) this.#traits.add(trait);
    }
    const row = {
      id: 11 + nth,
      type,
      sku: type === 'giftcertificate' ? '' : this.#pick(this.options.skus ?? ['MUG-07', 'TOTE-01', 'OLD-1']),
      name: this.#pick(['Stoneware Mug', 'Canvas\tTote', 'Becher 🌻 für Zoë', 'x'.repeat(300), '']),
      quantity,
      quantity_refunded: 0,
      order_address_id: type === 'physical' ? (addresses[nth % addresses.length]?.id ?? 0) : 0,
      ...this.#sides('price', each),
      ...this.#sides('total', whole),
      product_options: this.#chance(0.3)
        ? [{ display_name: 'Size', display_value: 'S', type: 'Swatch' }]
        : [],
      configurable_fields: [],
    };
    return { ...whole, row, rate: own, off: 0n, shown: 0n };
  }

  /** An amount on all its sides, from the exact one. */
  #priced(exact: bigint, rate: number): Priced {
    const step = this.#finely ? 1n : this.#coin;
    const part = this.#withTax
      ? nearest(exact * BigInt(rate), BigInt(10_000 + rate), step)
      : nearest(exact * BigInt(rate), 10_000n, this.#coin);
    return this.#withTax
      ? { exact, ex: exact - part, inc: exact, tax: nearest(part, 1n, this.#coin) }
      : { exact, ex: exact, inc: exact + part, tax: part };
  }

  #times({ exact, ex, inc, tax }: Priced, quantity: bigint): Priced {
    return { exact: exact * quantity, ex: ex * quantity, inc: inc * quantity, tax: tax * quantity };
  }

  #cost(chance: number, rate: number): Priced {
    return this.#priced(this.#chance(chance) ? BigInt(this.#count(1, 3_000)) * this.#coin : 0n, rate);
  }

  /** A discount of the order and up to two coupons, and what the store says that they take off each line. */
  #reductions(items: readonly Item[]) {
    const goods = total(items.map(({ exact }) => exact));
    const isWhole = this.#chance(0.04);
    const most = isWhole ? goods : goods / 2n;
    const discount = this.#chance(0.25) ? this.#share(most) : 0n;
    const coupons = Array.from({ length: this.#chance(0.3) ? this.#count(1, 2) : 0 }, () =>
      this.#share((most - discount) / 2n),
    );
    const spent = discount + total(coupons);
    const last = isWhole ? goods - spent : 0n;
    const all = spent + last;
    if (all > 0n) this.#traits.add(isWhole ? 'nothing left to pay for the goods' : 'discounts');
    this.#takeOff(items, all, goods);
    const rows = coupons.map((amount, nth) => ({
      id: nth + 1,
      code: this.#chance(0.9) ? `SAVE${nth}` : null,
      discount: this.#text(amount),
      type: 2,
    }));
    const fields = {
      discount_amount: this.#text(discount + last),
      coupon_discount: this.#text(total(coupons)),
      coupons: this.#chance(0.8) ? rows : rows.map((row) => ({ ...row, discount: 0 })),
    };
    return { all, fields };
  }

  /** Most stores say it of each line, with four decimals that leave something over; some say nothing, or round up. */
  #takeOff(items: readonly Item[], all: bigint, goods: bigint): void {
    const way = this.#pick(['down', 'down', 'down', 'up', 'silent']);
    for (const item of items) {
      const share = goods === 0n ? 0n : (item.exact * all) / goods;
      item.off = share;
      item.shown = way === 'silent' ? 0n : share + (way === 'up' && share > 0n ? 1n : 0n);
    }
    if (way === 'silent' && all > 0n) this.#traits.add('discounts that no line shows');
  }

  #applied(shown: bigint): readonly Row[] {
    return shown === 0n ? [] : [{ id: 'coupon', amount: this.#text(shown), name: 'Coupon', target: 'order' }];
  }

  /** Some stores lower the tax by the discounts, some do not. */
  #taxAfter(items: readonly Item[], before: bigint): bigint {
    const isLowered = this.#withTax || this.#chance(0.8);
    if (!isLowered) return before;
    const after = total(
      items.map(({ exact, tax, off }) => (exact === 0n ? 0n : (tax * (exact - off)) / exact)),
    );
    const rounded = nearest(after, 1n, this.#coin);
    return rounded > before ? before : rounded;
  }

  #redeemed(gross: bigint) {
    const gift = this.#chance(0.15) ? this.#share(gross) : 0n;
    const credit = this.#chance(0.15) ? this.#share(gross - gift) : 0n;
    if (gift > 0n) this.#traits.add('paid by gift certificate');
    if (credit > 0n) this.#traits.add('paid by store credit');
    return { gift, credit, all: gift + credit };
  }

  /** Whether the store's totals are before or after what was redeemed. */
  #lowered(redeemed: bigint, net: bigint): { ex: bigint; inc: bigint } {
    if (redeemed === 0n || this.#chance(0.5)) return { ex: 0n, inc: 0n };
    this.#traits.add('totals after gift certificates and store credit');
    return { ex: this.#chance(0.5) && net >= redeemed ? redeemed : 0n, inc: redeemed };
  }

  /** The flag names the exact side, the other one, or is missing. */
  #flag(): Row {
    const named = this.#pick(['right', 'right', 'wrong', 'missing']);
    this.#traits.add(`the flag is ${named}`);
    return {
      is_tax_inclusive_pricing: named === 'missing' ? undefined : this.#withTax === (named === 'right'),
    };
  }

  #party(): Row {
    const names = this.#pick([{}, { first_name: '', last_name: '' }, { last_name: 'Łukasiewicz-渡辺 🌻' }]);
    return { customer_id: this.#count(0, 40), billing_address: aBillingAddress(names) };
  }

  #addresses(): readonly Row[] {
    const most = Math.min(this.options.mostAddresses ?? 3, this.#pick([0, 1, 1, 1, 1, 2, 3]));
    if (most > 1) this.#traits.add('several addresses');
    return Array.from({ length: most }, (_, nth) => aShippingAddress({ id: 5 + nth }));
  }

  #fee(fee: Priced, nth: number): Row {
    const name = this.#chance(0.5) ? 'cost_ex_tax' : 'cost_exc_tax';
    return {
      id: nth + 1,
      display_name_customer: 'A fee',
      [name]: this.#text(fee.ex),
      cost_inc_tax: this.#text(fee.inc),
      cost_tax: this.#text(fee.tax),
    };
  }

  #sides(name: string, { ex, inc, tax }: Pick<Priced, 'ex' | 'inc' | 'tax'>): Row {
    return sides(name, this.#text(ex), this.#text(inc), this.#text(tax));
  }

  /** Four decimals, as the store writes most amounts. */
  #text(amount: bigint): string {
    return `${amount / 10_000n}.${String(amount % 10_000n).padStart(4, '0')}`;
  }

  #share(most: bigint): bigint {
    const coins = most / this.#coin;
    return (
      ((coins * BigInt(Math.floor(this.#random() * 1_000_000)) * this.#coin) / 1_000_000n / this.#coin) *
      this.#coin
    );
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #count(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}

const link = { url: 'https://store.example/fees', resource: '/orders/100/fees' };

const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, one) => sum + one, 0n);

/** The quotient as the nearest multiple of `step`. */
const nearest = (dividend: bigint, divisor: bigint, step: bigint): bigint =>
  ((2n * dividend + divisor * step) / (2n * divisor * step)) * step;
