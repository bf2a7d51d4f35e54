// The products that the generated orders of the store contain.

/** A product of the store. Its price is without tax, with four decimals. */
export interface CatalogueProduct {
  readonly name: string;
  readonly sku: string;
  readonly price: string;
  readonly type: 'physical' | 'digital';
}

const physical = 'physical' as const;
const digital = 'digital' as const;

export const physicalProducts = [
  { name: 'Canvas Tote', sku: 'TOTE-01', price: '24.0000', type: physical },
  { name: 'Stoneware Mug', sku: 'MUG-07', price: '12.5000', type: physical },
  { name: 'Linen Towel', sku: 'TOWEL-12', price: '18.9500', type: physical },
  { name: 'Walnut Tray', sku: 'TRAY-03', price: '46.0000', type: physical },
] as const;

export const digitalProducts = [
  { name: 'Field Recordings, Vol. 1', sku: 'AUDIO-01', price: '9.0000', type: digital },
  { name: 'Knitting Pattern', sku: 'PATTERN-04', price: '6.5000', type: digital },
] as const;

export const PART_COUNT = 60;

/** The parts of the sample order with sixty lines. */
export const parts: readonly Pick<CatalogueProduct, 'name' | 'sku'>[] = Array.from(
  { length: PART_COUNT },
  (_, index) => ({ name: `Part ${index + 1} of ${PART_COUNT}`, sku: `PART-${index + 1}` }),
);

/** Every product with a SKU that a generated order may contain. */
export const catalogue: readonly CatalogueProduct[] = [
  ...physicalProducts,
  ...digitalProducts,
  ...parts.map(({ name, sku }) => ({ name, sku, price: physicalProducts[0].price, type: physical })),
];
