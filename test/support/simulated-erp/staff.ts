// What the staff of the ERP do by hand. Each action says whether there was anything to do it to.
import type { ErpState } from '../../../lambda/shared/delivery/erp-order';
import type { ErpRecord, ErpRecords, RecordLine, What } from './records';

export type Staff = ReturnType<typeof staffOf>;

export function staffOf(records: ErpRecords) {
  const change = (id: string, what: What, after: ErpRecord | undefined): true => {
    records.write(id, after, { by: 'staff', what });
    return true;
  };
  const inState = (id: string, ...states: readonly ErpState[]): ErpRecord | undefined => {
    const record = records.all.get(id);
    return record && states.includes(record.state) ? record : undefined;
  };
  const advance = (id: string, to: ErpState, what: What, ...from: readonly ErpState[]): boolean => {
    const record = inState(id, ...from);
    return record !== undefined && change(id, what, { ...record, state: to });
  };

  return {
    /** Those of the orders that the ERP has for this one of the store, in the sequence of their ids. */
    recordsFor: (orderId: number): readonly ErpRecord[] =>
      [...records.all.values()].filter((record) => record.orderId === orderId),

    /** Adds one to the quantity of the first line. */
    editLines(id: string): boolean {
      const record = inState(id, 'draft', 'confirmed');
      if (record === undefined) return false;
      const [first, ...others] = record.lines;
      if (first === undefined) return false;
      const edited = { ...first, quantity: String(Number(first.quantity) + 1) };
      return change(id, 'edit', { ...record, lines: [edited, ...others] });
    },

    deleteDraft(id: string): boolean {
      const record = inState(id, 'draft', 'cancelled');
      return record !== undefined && change(id, 'delete', undefined);
    },

    /** The key goes with the reference where the ERP refuses a second one; an external id stays as it is. */
    rename(id: string, reference: string, orderKey: string): boolean {
      const record = records.all.get(id);
      if (record === undefined) return false;
      const key = orderKey === 'refuses' ? { key: reference } : {};
      return change(id, 'rename', { ...record, reference, ...key });
    },

    confirm: (id: string): boolean => advance(id, 'confirmed', 'confirm', 'draft'),
    cancel: (id: string): boolean => advance(id, 'cancelled', 'cancel', 'draft', 'confirmed'),
    ship: (id: string): boolean => advance(id, 'shipped', 'advance', 'confirmed'),
    invoice: (id: string): boolean => advance(id, 'invoiced', 'advance', 'confirmed', 'shipped'),

    /** Archives it, or takes our right to see it: finds do not show it, and its key stays taken. */
    hide(id: string, isHidden = true): boolean {
      const record = records.all.get(id);
      return record !== undefined && change(id, 'hide', { ...record, isHidden });
    },

    /** Enters the same order once more, under the reference that our own one has or would have. */
    enterByHand(
      orderId: number,
      reference: string,
      content: { readonly currency: string; readonly lines: readonly RecordLine[] },
    ): ErpRecord {
      const record = { ...records.newRecord(reference, orderId), ...content };
      change(record.id, 'create', record);
      return record;
    },
  };
}
