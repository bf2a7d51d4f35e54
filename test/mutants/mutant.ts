// One rule of the code, and how it is broken on purpose.
export interface Mutant {
  /** The rule that is broken, and how. */
  readonly rule: string;
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly from: string;
  readonly to: string;
}
