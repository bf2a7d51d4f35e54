// What to do about each reason, for commands, the console and docs/erp/held.md, which a test compares with this.
import type { DeliveryReason } from './reasons';

export interface Advice {
  /** What it means for the order, and what to do. */
  readonly text: string;
  /** Commands to copy, in their order, without `npx order-replication` and the service's options; `<order>` is the order's id. */
  readonly commands: readonly string[];
}

const SHOW = 'deliveries show <order>';
const COMPARE = 'deliveries compare <order>';
const RETRY = 'deliveries retry <order>';
const RECREATE = 'deliveries retry <order> --recreate';
const PREVIEW = 'erp preview <order>';
const CHECK = 'erp check --mapping erp/mapping.json';
const DEPLOY = 'deploy --with delivery';
const keep = (why: string) => `deliveries release <order> --keep-erp --why "${why}"`;

/** What to do about each reason, in the order of the reasons. */
export const DELIVERY_ADVICE: Readonly<Record<DeliveryReason, Advice>> = {
  void: {
    text: 'Nothing to do. If the order becomes valid in the store again, it is delivered then.',
    commands: [],
  },
  archived: {
    text: 'Excluded: nothing to do. Held: the ERP has a sales order that is not shipped. Restore the order in the store, or cancel the sales order in the ERP, then retry; or record that it stands.',
    commands: [COMPARE, RETRY, keep('archived in the store only')],
  },
  'in-question': {
    text: 'Settle the dispute or the verification in the store. The next status of the order decides, and no command is needed. Held: the sales order in the ERP is unchanged meanwhile.',
    commands: [COMPARE],
  },
  'payment-open': {
    text: 'Nothing to do: the order is delivered when it is paid. To deliver such orders earlier, change payment.deliver in the mapping, then deploy.',
    commands: [CHECK, DEPLOY],
  },
  'before-start': {
    text: 'History is delivered only on purpose. To deliver the order, deploy an earlier DeliverOrdersCreatedFrom, then retry.',
    commands: ['deploy --with delivery --parameter DeliverOrdersCreatedFrom=2026-11-01', RETRY],
  },
  'no-snapshot': {
    text: 'The snapshot has expired or was never stored. Copy the order again; its delivery then starts automatically.',
    commands: ['backfill --ids <order>'],
  },
  refunded: {
    text: 'Refunds are booked by people. Without a sales order: enter the order and its refund in the ERP by hand. With one: book the credit note there, then record that its version stands.',
    commands: [SHOW, COMPARE, keep('credit note booked')],
  },
  erased: {
    text: 'An order without its people is never created or rewritten. If the ERP has it, and it differs: change it there by hand, then record that its version stands.',
    commands: [COMPARE, keep('changed by hand')],
  },
  'by-person': {
    text: 'The hold names the person and the reason. Lift it when the reason is over.',
    commands: [SHOW, 'deliveries release <order> --why "stock has arrived"'],
  },
  'sums-do-not-add-up': {
    text: 'The detail has all readings of the sums. Correct the order in the store: the edit is delivered automatically. If the store is right, report the order as a defect of this project.',
    commands: [SHOW, PREVIEW],
  },
  'unusable-order': {
    text: 'The detail names the field. Complete it in the store: the edit is delivered automatically.',
    commands: [SHOW],
  },
  'too-many-digits': {
    text: 'The detail names the line. Raise the decimals of unit prices in the ERP, or correct the price in the store, then retry.',
    commands: [SHOW, RETRY],
  },
  'unmapped-item': {
    text: 'The detail names the line. Give the product a SKU in the store, or set items.else or items.rename in the mapping, then deploy: a new mapping makes held orders due again.',
    commands: [SHOW, CHECK, DEPLOY],
  },
  'unmapped-shipping-method': {
    text: 'Add the method that the detail names to shippingMethods in the mapping, then deploy: a new mapping makes held orders due again.',
    commands: [CHECK, DEPLOY],
  },
  'unmapped-payment-method': {
    text: 'Add the method that the detail names to paymentMethods in the mapping, then deploy: a new mapping makes held orders due again.',
    commands: [CHECK, DEPLOY],
  },
  'unmapped-channel': {
    text: 'Add the channel that the detail names to channels in the mapping, then deploy: a new mapping makes held orders due again.',
    commands: [CHECK, DEPLOY],
  },
  'unmapped-currency': {
    text: 'Add the currency that the detail names to currencies in the mapping, then deploy: a new mapping makes held orders due again.',
    commands: [CHECK, DEPLOY],
  },
  'several-addresses': {
    text: 'Few ERPs have several addresses in one sales order. Set addresses.several to "first" in the mapping, which writes the others into the note, then deploy; or enter the order in the ERP by hand.',
    commands: [CHECK, DEPLOY],
  },
  'several-in-erp': {
    text: 'Compare them, and cancel all except one in the ERP, then retry. Orders that ship from both are shipped twice: do it soon.',
    commands: [COMPARE, RETRY],
  },
  'reference-taken': {
    text: 'Someone entered the order by hand, renamed a sales order, or uses the same prefix. Change the reference of the other sales order in the ERP, then retry; or record that it stands for this order.',
    commands: [COMPARE, RETRY, keep('entered by hand')],
  },
  'changed-in-erp': {
    text: 'Nothing that staff did is overwritten. Undo the change in the ERP, then retry; or record that the version of the ERP stands.',
    commands: [COMPARE, RETRY, keep('agreed with the customer')],
  },
  'gone-from-erp': {
    text: 'Staff deleted the sales order, or the ERP was restored from a backup. It is never created again without a command.',
    commands: [COMPARE, RECREATE],
  },
  'cancelled-in-erp': {
    text: 'Cancel the order in the store as well: that ends it automatically. Or create the sales order again, under the next reference.',
    commands: [COMPARE, RECREATE],
  },
  'totals-differ': {
    text: 'The draft stays unconfirmed. The detail has both totals: correct prices, taxes or rounding in the ERP, or tax.tolerance in the mapping, then retry; or correct and confirm the draft by hand, and record that it stands.',
    commands: [COMPARE, RETRY, keep('corrected by hand')],
  },
  'duplicate-not-found': {
    text: 'The sales order may be archived, or the user of the service may not read it. Give the user the right, or restore the sales order, then retry.',
    commands: [CHECK, RETRY],
  },
  'edited-after-confirm': {
    text: 'The detail has the difference. Change the sales order in the ERP by hand, then retry if it then equals the store, or record that its version stands.',
    commands: [COMPARE, RETRY, keep('changed by hand')],
  },
  'edited-after-shipping': {
    text: 'The detail has the difference. Settle it with the customer and in the ERP, then record that its version stands.',
    commands: [COMPARE, keep('settled with the customer')],
  },
  'edited-after-keep': {
    text: 'The earlier word was for another version of the order. Compare again, change the sales order by hand if needed, then record that its version stands.',
    commands: [COMPARE, keep('checked again')],
  },
  'cancelled-after-confirm': {
    text: 'Cancel the sales order in the ERP, then retry; or record that it stands.',
    commands: [COMPARE, RETRY, keep('the customer takes it')],
  },
  'cancelled-after-shipping': {
    text: 'Stop the parcel, or book its return in the ERP, then record that the version of the ERP stands.',
    commands: [COMPARE, keep('return booked')],
  },
  'refused-by-erp': {
    text: 'The detail names the field and the code of the ERP. Correct what it names, in the ERP, the mapping or the store, then retry.',
    commands: [SHOW, PREVIEW, RETRY],
  },
  'several-customers': {
    text: 'Merge the customers in the ERP, or set customer.match to "id" in the mapping, then retry.',
    commands: [SHOW, RETRY],
  },
  'adapter-bug': {
    text: 'No order of this kind can be delivered until the adapter is corrected. Report it with the detail; after the next version is deployed, retry.',
    commands: [SHOW, RETRY],
  },
  'erp-answer-unknown': {
    text: 'Three attempts ended in the same way. Look for the error in the log of the ERP at the time of the last attempt. Correct its cause, then retry.',
    commands: [SHOW, RETRY],
  },
  'keeps-crashing': {
    text: 'Look for the order in the log group of DeliverOrders. A very large order may need more time or memory. Then retry.',
    commands: [SHOW, RETRY],
  },
  kept: {
    text: 'Nothing to do. The next edit or cancellation of the order is held as edited-after-keep.',
    commands: [],
  },
};

/** The commands for one order; without its id they name it as `<order>`. */
export const advisedCommands = (reason: DeliveryReason, orderId?: number): readonly string[] =>
  DELIVERY_ADVICE[reason].commands.map((command) =>
    orderId === undefined ? command : command.replace('<order>', String(orderId)),
  );
