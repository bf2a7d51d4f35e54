// The sales of a local Tryton, read with the key of its staff. It uses nothing of the adapter in lambda/, because local runs
// and tests compare what the adapter did with what Tryton then shows.
import * as v from 'valibot';

import { parseJson } from '../../lambda/shared/runtime/json';
import type { Tryton } from './tryton';

export interface Sale {
  readonly id: number;
  /** The external reference, by which Tryton refuses a second sale. */
  readonly webId: string;
  /** A free text, which our sales fill with the reference too. */
  readonly reference: string;
  readonly number: string;
  /** Of Tryton: `draft`, `quotation`, `confirmed`, `processing`, `done`, `cancelled`. */
  readonly state: string;
  readonly currency: string;
  /** With tax; a decimal text such as `12.50`. */
  readonly total: string;
  readonly lines: readonly SaleLine[];
}

export interface SaleLine {
  /** The product's code; empty for a line without one. */
  readonly product: string;
  readonly quantity: number;
  readonly unitPrice: string;
}

const decimal = v.pipe(
  v.object({ decimal: v.string() }),
  v.transform((value) => value.decimal),
);
const text = v.pipe(
  v.nullable(v.string()),
  v.transform((value) => value ?? ''),
);

const sale = v.object({
  id: v.number(),
  web_id: text,
  reference: text,
  number: text,
  state: v.string(),
  currency: v.object({ code: v.string() }),
  total_amount: decimal,
  lines: v.array(
    v.object({
      quantity: v.nullable(v.number()),
      unit_price: v.nullable(decimal),
      product: v.nullable(v.object({ code: text })),
    }),
  ),
});

/** Every sale, cancelled ones too, in the order of their creation. */
export async function readSales(tryton: Pick<Tryton, 'url' | 'database' | 'staffKey'>): Promise<Sale[]> {
  const fields = ['web_id', 'reference', 'number', 'state', 'currency.code', 'total_amount'];
  const ofLines = ['lines.quantity', 'lines.unit_price', 'lines.product.code'];
  const asked = [...fields, ...ofLines].map((field) => `f=${field}`).join('&');
  const answer = await fetch(`${tryton.url}/${tryton.database}/rest/model/sale.sale?${asked}`, {
    headers: { authorization: `bearer ${tryton.staffKey}` },
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`Tryton answered ${answer.status} when it was asked for its sales.`);
  return v
    .parse(v.array(sale), parseJson(body))
    .map(toSale)
    .sort((one, other) => one.id - other.id);
}

function toSale({ web_id, total_amount, currency, lines, ...rest }: v.InferOutput<typeof sale>): Sale {
  return {
    ...rest,
    webId: web_id,
    currency: currency.code,
    total: total_amount,
    lines: lines.map(({ product, quantity, unit_price }) => ({
      product: product?.code ?? '',
      quantity: quantity ?? 0,
      unitPrice: unit_price ?? '',
    })),
  };
}

/** Whether the sale counts: a cancelled one does not. */
export const isLiving = ({ state }: Sale): boolean => state !== 'cancelled';

/** Whether people and stock work with it; a draft and a quotation wait to be confirmed. */
export const isConfirmed = ({ state }: Sale): boolean => ['confirmed', 'processing', 'done'].includes(state);
