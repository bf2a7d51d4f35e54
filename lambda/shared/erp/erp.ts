// The port to an ERP, which each adapter fills. Every method throws ErpError with a class from the adapter's own table.
import type { ErpCustomer, ErpFacts, ErpOrder } from '../delivery/erp-order';
import type { Mapping } from '../delivery/mapping';
import type { Address, Party, SalesOrder } from '../delivery/sales-order';

/** What is missing or wrong in the ERP, its rights or the mapping; never a value that may be secret. */
export interface Finding {
  /** What the finding is about, such as `paymentMethods[1].use`, a SKU, or `credentials`. */
  readonly about: string;
  /** What was expected, and what to do. */
  readonly problem: string;
}

export interface Erp {
  readonly facts: ErpFacts;
  /** Compares the mapping with the ERP: credentials, rights, every name that it mentions. */
  check(mapping: Mapping): Promise<readonly Finding[]>;
  /** Those of the items that the ERP does not have, or does not sell. */
  missingItems(skus: readonly string[]): Promise<readonly string[]>;
  /** Every order under one of the references or with the id, in every state, archived ones too. */
  findOrders(refs: readonly string[], id?: string): Promise<readonly ErpOrder[]>;
  findCustomers(party: Party): Promise<readonly ErpCustomer[]>;
  /**
   * Everything that a write of this document needs and that is not the order: resolves names, and gives the customer the addresses
   * that the ERP requires and the customer lacks. Safe to repeat. Writes after it send their request immediately. `customer` is
   * undefined for an order that is in the ERP already and whose customer the row does not know. Throws ErpError `data` for an
   * item or a name that the ERP does not have.
   */
  prepare(document: SalesOrder, customer: ErpCustomer | undefined): Promise<void>;
  /**
   * Each write is one request, which leaves before `notAfter` (epoch milliseconds) or not at all: ErpError that proves refusal.
   * Where an ERP must first reopen a draft to rewrite or cancel it, the requests follow each other, each after the answer to the
   * one before, and none leaves after `notAfter`. `addresses` are the document's, for an ERP that keeps them with the customer.
   */
  createCustomer(party: Party, addresses: readonly Address[], notAfter: number): Promise<ErpCustomer>;
  /** Returns what the ERP then shows. */
  createDraft(document: SalesOrder, customer: ErpCustomer, notAfter: number): Promise<ErpOrder>;
  /** The draft then shows the document. */
  rewriteDraft(order: ErpOrder, document: SalesOrder, notAfter: number): Promise<ErpOrder>;
  /**
   * Brings the draft one step closer to confirmed: gives it a number, records a payment by gift certificate or store credit that
   * it lacks, or confirms it. The caller repeats it until the state is no longer `draft`.
   */
  confirm(order: ErpOrder, document: SalesOrder, notAfter: number): Promise<ErpOrder>;
  /** Changes a confirmed order to the document; absent where the ERP cannot. */
  readonly amend?: (order: ErpOrder, document: SalesOrder, notAfter: number) => Promise<ErpOrder>;
  /** Absent where the ERP cannot cancel. Throws ErpError `data` in a state that cannot be cancelled. */
  readonly cancel?: (order: ErpOrder, reason: string, notAfter: number) => Promise<ErpOrder>;
  /** What `createDraft` would send, without what only the ERP knows; for people to read. */
  preview(document: SalesOrder): unknown;
}

/** How an adapter is made: one for each invocation. */
export interface ErpSettings {
  readonly url: string;
  readonly requestTimeoutMs: number;
  readonly mapping: Mapping;
  /** The credentials as JSON text; `fresh` fetches them again. */
  readonly credentials: (fresh?: boolean) => Promise<string>;
  /** No request begins later; epoch milliseconds. */
  readonly callsUntil: number;
  readonly now: () => number;
  /** Is given each call's method, path without values, status and duration in milliseconds. */
  readonly onCall?: (call: ErpCall) => void;
}

export interface ErpCall {
  /** Such as `find order`. */
  readonly call: string;
  /** The HTTP status; undefined if no answer came. */
  readonly status: number | undefined;
  readonly durationMs: number;
}

export type ErpFactory = (settings: ErpSettings) => Erp;
