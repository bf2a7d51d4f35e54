// What a person's word for the ERP's version covers: the document that was held, and what the gate said of the order then.
import type { GateWord } from './gate';
import type { SalesOrder } from './sales-order';

/** The ERP must have the order as the store has it. */
export const isStanding = (word: GateWord): boolean => word === 'deliver' || word === 'before-start';

/**
 * The version of an order that a hold rests on. A cancellation, an archiving or a dispute does not change the digest of the document,
 * and a person's word of before does not cover it.
 */
export const heldVersion = ({ digest }: Pick<SalesOrder, 'digest'>, word: GateWord): string =>
  isStanding(word) ? digest : `${digest}/${word}`;
