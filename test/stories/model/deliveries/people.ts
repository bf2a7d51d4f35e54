// What people do: the staff of the ERP in it, and operators by commands.
import {
  holdDelivery,
  keepErpVersion,
  recreateDelivery,
  releaseDelivery,
  retryDelivery,
} from '../../../../lambda/shared/delivery/commands';
import type { DeliveryCommand } from '../../../../lambda/shared/delivery/commands';
import { iso } from '../../../support/builders';
import { isLiving } from '../../../support/simulated-erp/records';
import type { ErpRecord } from '../../../support/simulated-erp/records';
import type { Command, StaffAct } from './plan';
import type { Stage } from './stage';

/** A command that took effect. */
export interface Commanded {
  readonly at: number;
  readonly orderId: number;
  readonly what: Command['what'];
}

/** What staff find nothing to do to, they do not do. */
export function actAsStaff({ what }: StaffAct, orderId: number, stage: Stage): void {
  const { staff, facts } = stage.erp;
  const all = staff.recordsFor(orderId);
  const record = all.find(isLiving) ?? all[0];
  if (what === 'enter') {
    enterByHand(orderId, record, stage);
    return;
  }
  if (record === undefined) return;
  const { id } = record;
  const acts: Record<typeof what, () => boolean> = {
    edit: () => staff.editLines(id),
    delete: () => staff.deleteDraft(id),
    rename: () => staff.rename(id, `PHONE-${orderId}`, facts.orderKey),
    confirm: () => staff.confirm(id),
    cancel: () => staff.cancel(id),
    ship: () => staff.ship(id),
    invoice: () => staff.invoice(id),
    hide: () => staff.hide(id),
    show: () => staff.hide(id, false),
  };
  acts[what]();
}

/** The very same lines as ours, or what came by phone. */
function enterByHand(orderId: number, record: ErpRecord | undefined, { erp }: Stage): void {
  const line = { kind: 'item', item: 'SKU-1', quantity: '1', unitPrice: '5' } as const;
  const { currency, lines } = record ?? { currency: 'USD', lines: [line] };
  erp.staff.enterByHand(orderId, `BC-${orderId}`, { currency, lines });
}

/** Returns what took effect. A command that is refused changes nothing. */
export async function give(
  { what }: Pick<Command, 'what'>,
  orderId: number,
  stage: Stage,
): Promise<Commanded | undefined> {
  const { rows, time } = stage;
  const person = { why: 'a story', by: 'someone', at: iso(time.now()) };
  const commands: Record<Command['what'], DeliveryCommand> = {
    hold: holdDelivery(person),
    release: releaseDelivery(person),
    keep: keepErpVersion(person),
    retry: retryDelivery,
    recreate: recreateDelivery,
  };
  const row = await rows.plain.find(orderId);
  if (row === undefined) return undefined;
  const decision = commands[what](row, time.now());
  // Between a command's look and its write a worker may write.
  await time.sleep(20);
  if (decision.kind === 'refusal') return undefined;
  if (!(await rows.plain.changeByCommand(row, decision.change, time.now()))) return undefined;
  return { at: time.now(), orderId, what };
}
