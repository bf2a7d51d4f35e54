// What does not add up in a sales order document: nothing, whatever the order.
import type { Mapping } from '../../lambda/shared/delivery/mapping';
import { parseAmount, smallestOf } from '../../lambda/shared/delivery/money';
import type { SalesOrder } from '../../lambda/shared/delivery/sales-order';
import { sentLines } from '../../lambda/shared/delivery/sent-lines';

/** Ten-thousandths of an amount; throws if it is none. */
export const exact = (amount: string): bigint => {
  const parsed = parseAmount(amount);
  if (parsed === undefined) throw new Error(`${amount} is no amount.`);
  return parsed;
};

const total = (amounts: readonly string[]): bigint => amounts.map(exact).reduce((sum, one) => sum + one, 0n);

/** What does not add up in a document. */
export function problemsOf(document: SalesOrder, mapping: Mapping): readonly string[] {
  const coin = smallestOf(document.currency);
  const sent = sentLines(document, mapping);
  const { net, tax, gross, due } = document.totals;
  const own = document.lines.filter(({ kind }) => kind !== 'discount');
  const redeemed = document.payments.filter(
    ({ kind }) => kind === 'gift_certificate' || kind === 'store_credit',
  );
  const checks: Readonly<Record<string, boolean>> = {
    'net and tax are the gross': exact(net) + exact(tax) === exact(gross),
    'lines are the net': total(document.lines.map((line) => line.gross)) === exact(net),
    'lines less their discounts are the net': total(own.map((line) => line.net)) === exact(net),
    'taxes are the tax': total(document.taxes.map(({ amount }) => amount)) === exact(tax),
    'taxes of lines are the tax': total(document.lines.map((line) => line.tax)) === exact(tax),
    'sent lines are the gross': total(sent.map(({ amount }) => amount)) === exact(gross),
    'payments are the gross': total(document.payments.map(({ amount }) => amount)) === exact(gross),
    'what is due is the gross less what was redeemed':
      exact(due) === exact(gross) - total(redeemed.map(({ amount }) => amount)),
    'discounts are the lines of discounts':
      total(document.discounts.map(({ amount }) => amount)) ===
      -total(document.lines.filter(({ kind }) => kind === 'discount').map((line) => line.gross)),
    'amounts are whole coins': [...sent.map(({ amount }) => amount), net, tax, gross].every(
      (amount) => exact(amount) % coin === 0n,
    ),
    'no ERP rounds to another amount': sent.every((line) => {
      const product = (exact(line.quantity) * exact(line.unitPrice)) / 10_000n;
      const off = product - exact(line.amount);
      return 2n * (off < 0n ? -off : off) < coin;
    }),
  };
  return Object.entries(checks).flatMap(([name, holds]) => (holds ? [] : [name]));
}
