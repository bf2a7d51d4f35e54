// What a state rests on, and what a person's word for the ERP's version is for: the store's side of the order and the gate's word.
import type { GateWord } from '../shared/delivery/gate';
import type { StoreSide } from './attempt';

/** Under these words the order lives in the store; the document alone tells its versions apart. */
const LIVING: ReadonlySet<GateWord> = new Set(['deliver', 'before-start', 'payment-open']);

type Version = Pick<StoreSide, 'row' | 'document' | 'word'>;

/** The digest of this version; undefined without a document, since nothing then tells the version from the next one. */
export function digestOfVersion({ document, word }: Omit<Version, 'row'>): string | undefined {
  if (document === undefined) return undefined;
  return LIVING.has(word) ? document.digest : `${document.digest}/${word}`;
}

/** Whether a person has said that the ERP's version stands for exactly this version. */
export function isKeptVersion({ row: { keep }, ...side }: Version): boolean {
  return keep !== undefined && keep.digest === digestOfVersion(side);
}
