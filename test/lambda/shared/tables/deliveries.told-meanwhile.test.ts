// Tellings, commands and attempts in any order: what was told and not looked at is due, or held by an attempt that will find it.
import fc from 'fast-check';
import { LEASE_ATTRIBUTES } from '../../../../lambda/shared/delivery/delivery-row';
import type { DeliveryRow } from '../../../../lambda/shared/delivery/delivery-row';
import type { Deliveries } from '../../../../lambda/shared/tables/deliveries';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { iso, NOON } from '../../../support/builders';
import { createDeliveryTables, realDeliveryTables } from '../../../support/delivery-tables';
import { memoryDeliveries } from '../../../support/memory-deliveries';
import { connect } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';

const MINUTE = 60_000;

let miniStack: MiniStack;
let onMiniStack: Deliveries;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  const client = connect(miniStack);
  await createDeliveryTables(client);
  onMiniStack = realDeliveryTables(client).deliveries;
});
afterAll(() => miniStack.stop());

/** One thing that happens to a row, each by an attempt, a sender or a person of its own. */
type Happening =
  | { readonly kind: 'tell'; readonly read: number }
  | { readonly kind: 'take' | 'end' | 'die'; readonly worker: number; readonly ahead: number }
  | { readonly kind: 'command' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('tell' as const), read: fc.integer({ min: 0, max: 5 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('take', 'end', 'end', 'die'),
      worker: fc.integer({ min: 0, max: 2 }),
      // How far the snapshot that the attempt read was ahead of what the row knew of.
      ahead: fc.integer({ min: 0, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('command' as const) }) },
);

/** Plays a history on one row, minute by minute, and returns the row after each step. */
class History {
  readonly rows: DeliveryRow[] = [];
  private readonly leased = new Map<number, DeliveryRow>();
  private now = NOON;
  private takes = 0;
  private readonly owners = new Map<number, string>();

  constructor(
    private readonly table: Deliveries,
    private readonly orderId: number,
  ) {}

  async play(happenings: readonly Happening[]): Promise<void> {
    for (const one of happenings) {
      this.now += MINUTE;
      await this.step(one);
      const row = await this.table.find(this.orderId);
      if (row !== undefined) this.rows.push(row);
    }
  }

  private async step(one: Happening): Promise<void> {
    if (one.kind === 'tell') return this.tell(one.read);
    if (one.kind === 'command') return this.command();
    if (one.kind === 'take') return this.take(one.worker);
    if (one.kind === 'end') return this.end(one.worker, one.ahead);
    this.leased.delete(one.worker);
  }

  private async tell(read: number): Promise<void> {
    await this.table.tell(this.orderId, iso(NOON + read), this.now);
  }

  private async take(worker: number): Promise<void> {
    const owner = `attempt-${(this.takes += 1)}`;
    const due = { mapping: 'm1', isLive: true, now: this.now };
    const row = await this.table.takeLease({ orderId: this.orderId, owner }, this.now + 3 * MINUTE, due);
    if (row === undefined) return;
    this.owners.set(worker, owner);
    this.leased.set(worker, row);
  }

  /** As the worker ends an attempt: on the condition that nothing was told, else due now. */
  private async end(worker: number, ahead: number): Promise<void> {
    const row = this.leased.get(worker);
    if (row === undefined) return;
    this.leased.delete(worker);
    const lease = { orderId: this.orderId, owner: this.owners.get(worker)! };
    const read = iso(Date.parse(row.wanted_read_at!) + ahead);
    const handled = [row.handled_read_at ?? '', read].sort().at(-1)!;
    const set = { state: 'delivered', state_at: iso(this.now), handled_read_at: handled } as const;
    const remove = [...LEASE_ATTRIBUTES];
    const end = await this.table.changeLeased(lease, { set, remove: [...remove, 'due', 'due_at'] }, row.told);
    if (end !== undefined) return;
    const dueNow = { due: 'now', due_at: iso(this.now) } as const;
    await this.table.changeLeased(lease, { set: { ...set, ...dueNow }, remove });
  }

  private async command(): Promise<void> {
    const seen = await this.table.find(this.orderId);
    if (seen === undefined) return;
    await this.table.changeByCommand(seen, { set: { attempts: 0 } }, this.now);
  }
}

const isLookedAt = ({ wanted_read_at, handled_read_at }: DeliveryRow): boolean =>
  handled_read_at !== undefined && wanted_read_at !== undefined && handled_read_at >= wanted_read_at;

let orders = 0;
const check = (create: () => Deliveries, numRuns: number) =>
  fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 25 }), async (happenings) => {
      const history = new History(create(), (orders += 1));
      await history.play(happenings);
      for (const row of history.rows) {
        // An attempt that holds the lease may have looked earlier: the row stays due until that attempt ends.
        if (!isLookedAt(row)) expect(row.due).toBe('now');
      }
      const reads = happenings.flatMap((one) => (one.kind === 'tell' ? [iso(NOON + one.read)] : []));
      expect(history.rows.at(-1)?.wanted_read_at).toBe(reads.sort().at(-1));
      const counts = history.rows.map(({ told }) => told);
      expect(counts).toEqual([...counts].sort((one, other) => one - other));
    }),
    { numRuns, seed: 7 },
  );

it('whatever is told, begun, ended, dropped and commanded in any order, nothing that was told is forgotten', async () => {
  await check(memoryDeliveries, 2_000);
});

it('the same histories hold on the real table', async () => {
  await check(() => onMiniStack, 40);
}, 60_000);
