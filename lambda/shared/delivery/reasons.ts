// Why a delivery stands as it does: stored as a code, read as a sentence. docs/erp/held.md says what to do about each.

/** Each code with its sentence. A code changes only with an upgrade note. */
export const DELIVERY_REASONS = {
  // Excluded: the gate keeps the order out of the ERP.
  void: 'The order is void in the store.',
  archived: 'Staff archived the order in the store.',
  'in-question': 'The order is disputed or waits for manual verification in the store.',
  'payment-open': 'The order is not paid.',
  'before-start': 'The order was made before DeliverOrdersCreatedFrom.',
  'no-snapshot': 'The Orders table has no snapshot of the order.',
  // Held by the gate.
  refunded: 'The order is refunded, partly or whole.',
  erased: 'The personal data of the order is erased.',
  'by-person': 'A person holds the order.',
  // Held by the document or the mapping.
  'sums-do-not-add-up': "The store's own figures do not add up.",
  'unusable-order': 'A field that the document needs is missing or malformed in the store.',
  'too-many-digits': 'An amount has more decimals than the ERP accepts.',
  'unmapped-item': 'The mapping has no item for a line.',
  'unmapped-shipping-method': 'The mapping has no entry for the shipping method.',
  'unmapped-payment-method': 'The mapping has no entry for the payment method.',
  'unmapped-channel': 'The mapping has no entry for the channel.',
  'unmapped-currency': 'The mapping has no entry for the currency.',
  'several-addresses': 'The order ships to several addresses.',
  // Held by what the ERP shows.
  'several-in-erp': 'The ERP has more than one living sales order for this order.',
  'reference-taken': 'The ERP has another sales order under this reference.',
  'changed-in-erp': 'Staff changed the sales order in the ERP.',
  'gone-from-erp': 'The sales order is no longer in the ERP.',
  'cancelled-in-erp': 'The sales order is cancelled in the ERP, and the order lives in the store.',
  'totals-differ': 'The ERP arrives at other totals than the store.',
  'duplicate-not-found': 'The ERP says that the reference is taken, but does not show the sales order.',
  'edited-after-confirm': 'The order changed in the store after its sales order was confirmed.',
  'edited-after-shipping': 'The order changed in the store after the ERP shipped or invoiced it.',
  'edited-after-keep': "The order changed in the store after a person kept the ERP's version.",
  'cancelled-after-confirm': 'The order was cancelled in the store after its sales order was confirmed.',
  'cancelled-after-shipping': 'The order was cancelled in the store after the ERP shipped or invoiced it.',
  // Held by a failure.
  'refused-by-erp': 'The ERP refuses the order or its customer.',
  'several-customers': 'The ERP has more than one customer that matches.',
  'adapter-bug': 'The ERP answers as if the adapter were wrong.',
  'erp-answer-unknown': 'The ERP answers with an error that the adapter does not know.',
  'keeps-crashing': 'Ten workers in a row ended in the midst of the order.',
  // Delivered.
  kept: "A person decided that the ERP's version stands.",
} as const satisfies Readonly<Record<string, string>>;

export type DeliveryReason = keyof typeof DELIVERY_REASONS;

export const deliveryReasonText = (reason: DeliveryReason): string => DELIVERY_REASONS[reason];
