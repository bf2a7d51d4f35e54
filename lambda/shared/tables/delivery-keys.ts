// The DeliveryKeys table: what belongs to no single order. Rows `slot#<n>`, `circuit`, `customer#<key>`, `account#<day>`.

/** The right to call the ERP, one of as many as `ErpConcurrency` says. */
export interface Slot {
  readonly name: string;
  readonly owner: string;
}

export interface Circuit {
  /** ISO time until which no worker calls the ERP, and after which one probes it. */
  readonly openUntil: string;
}

/** Who creates a customer in the ERP: by the same rule as an order, with a lease and an intent of its own. */
export interface CustomerRow {
  readonly key: string;
  /** The ERP's id, once it is known. */
  readonly id?: string;
  /** Until when the ERP may still be working on a create; ISO. */
  readonly until?: string;
  readonly leaseOwner?: string;
  readonly leaseUntil?: string;
}

export interface DeliveryKeys {
  /** Takes a slot that is free or past, until `until`; undefined if none is. Times are epoch milliseconds. */
  takeSlot(owner: string, slots: number, until: number, now: number): Promise<Slot | undefined>;
  /** Frees the slot, or keeps it from everyone until a later time. */
  releaseSlot(slot: Slot, keptUntil?: number): Promise<void>;
  circuit(): Promise<Circuit | undefined>;
  /** Opens the circuit until then, whoever had it. */
  openCircuit(until: number): Promise<void>;
  /** In one conditional write, if the circuit is as seen and over: this worker alone probes, until `until`. */
  probe(seen: Circuit, until: number, now: number): Promise<boolean>;
  closeCircuit(): Promise<void>;
  customer(key: string): Promise<CustomerRow | undefined>;
  /** Takes the customer's lease if it is free or past; returns the row as written, undefined if refused. */
  takeCustomer(key: string, owner: string, until: number, now: number): Promise<CustomerRow | undefined>;
  /**
   * A conditional write of the lease's owner: the intent's end (`until`), that it is settled, the id (which ends lease and intent),
   * or the release of the lease (which leaves an intent). Returns false if refused.
   */
  changeCustomer(
    key: string,
    owner: string,
    change: {
      readonly until?: string;
      readonly settled?: true;
      readonly id?: string;
      readonly released?: true;
    },
  ): Promise<boolean>;
  /** Forgets an id that the ERP no longer accepts, if it is still this one. */
  forgetCustomer(key: string, id: string): Promise<void>;
  recordAccount(day: string, line: DeliveryAccount): Promise<void>;
  account(day: string): Promise<DeliveryAccount | undefined>;
}

/** One day of orders, by their last finish in the ledger, and how their deliveries stand. */
export interface DeliveryAccount {
  readonly day: string;
  readonly copied: number;
  readonly delivered: number;
  readonly held: number;
  readonly excluded: number;
  readonly cancelled: number;
  /** Due, waiting or in shadow. */
  readonly open: number;
  /** Told again by this account, since the row was missing or behind. */
  readonly told: number;
  readonly at: string;
}
