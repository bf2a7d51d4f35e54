// The webhooks that a client has registered, with the limits of the real store: ten per scope and one per scope and
// destination. The store deactivates a hook when its deliveries keep failing or no event occurs for 90 days.
import type { Clock } from '../clock';
import type { Credentials } from '../credentials';
import { checkHook } from './hook-rules';
import type { Hook, HookFields, HookProblem } from './hook-rules';
import type { Switches } from '../switches';

/** A hook as the store keeps it. */
export interface KeptHook {
  readonly hook: Hook;
  readonly version: 'v2' | 'v3';
  /** `inactive`: its owner switched it off; `deactivated`: the store did. */
  readonly status: 'active' | 'inactive' | 'deactivated';
  readonly lastEventAt: number;
}

/** The parts of a store that its hooks use. */
interface HooksContext {
  readonly credentials: Credentials;
  readonly switches: Switches;
  readonly clock: Clock;
}

interface Notice {
  readonly to: string;
  readonly text: string;
  readonly at: number;
}

// [docs] a hook without any event for so many days is deactivated.
const QUIET_DAYS = 90;
const DAY_MS = 86_400_000;
const FIRST_HOOK_ID = 20_000_001;

/** All hooks of one store. */
export class Hooks {
  /** The addresses that get mail about blocked domains and deactivated hooks. */
  emails: string[] = [];
  /** The mails that the store has sent. */
  readonly notices: Notice[] = [];
  private readonly kept = new Map<number, KeptHook>();
  private nextId = FIRST_HOOK_ID;

  constructor(private readonly context: HooksContext) {}

  create(fields: HookFields, version: KeptHook['version'] = 'v3'): Hook | HookProblem {
    const { credentials, switches, clock } = this.context;
    const checked = checkHook(fields, this.others(), switches);
    if ('errors' in checked) return checked;
    const hook: Hook = {
      id: this.nextId,
      client_id: credentials.clientId,
      store_hash: credentials.storeHash,
      ...checked,
      created_at: this.nowSeconds(),
      updated_at: this.nowSeconds(),
    };
    this.kept.set(hook.id, { hook, version, status: statusOf(hook), lastEventAt: clock.now() });
    this.nextId += 1;
    return hook;
  }

  update(id: number, fields: HookFields): Hook | HookProblem | undefined {
    const { switches, clock } = this.context;
    const before = this.kept.get(id);
    if (!before) return undefined;
    const checked = checkHook({ ...before.hook, ...fields }, this.others(id), switches);
    if ('errors' in checked) return checked;
    const hook: Hook = { ...before.hook, ...checked, updated_at: this.nowSeconds() };
    this.kept.set(id, { ...before, hook, status: statusOf(hook), lastEventAt: clock.now() });
    return hook;
  }

  remove(id: number): Hook | undefined {
    const before = this.kept.get(id);
    this.kept.delete(id);
    return before?.hook;
  }

  get(id: number): KeptHook | undefined {
    return this.kept.get(id);
  }

  all(): KeptHook[] {
    return [...this.kept.values()];
  }

  /** The active hooks of a scope, marked with the time of this event; deactivates those without one for 90 days. */
  listening(scope: string): KeptHook[] {
    const now = this.context.clock.now();
    for (const { hook, lastEventAt } of this.activeFor(scope)) {
      if (now - lastEventAt > QUIET_DAYS * DAY_MS) this.deactivate(hook.id, 'no events for 90 days');
    }
    const active = this.activeFor(scope);
    for (const entry of active) this.kept.set(entry.hook.id, { ...entry, lastEventAt: now });
    return active;
  }

  /** Switches a hook off and sends mail that gives the reason. */
  deactivate(id: number, reason: string): void {
    const before = this.kept.get(id);
    if (!before) return;
    const hook = { ...before.hook, is_active: false, updated_at: this.nowSeconds() };
    this.kept.set(id, { ...before, hook, status: 'deactivated' });
    const text = `The webhook ${id} to ${hook.destination} was deactivated: ${reason}.`;
    for (const to of this.emails) this.notices.push({ to, text, at: this.context.clock.now() });
  }

  private activeFor(scope: string): KeptHook[] {
    return this.all().filter(({ hook }) => hook.is_active && matchesScope(hook, scope));
  }

  /** The client's hooks except the given one. */
  private others(id?: number): Hook[] {
    const { clientId } = this.context.credentials;
    return this.all()
      .map(({ hook }) => hook)
      .filter((hook) => hook.id !== id && hook.client_id === clientId);
  }

  private nowSeconds(): number {
    return Math.floor(this.context.clock.now() / 1000);
  }
}

function statusOf(hook: Hook): KeptHook['status'] {
  return hook.is_active ? 'active' : 'inactive';
}

/** `store/order/*` matches every scope under `store/order/`. */
function matchesScope(hook: Hook, scope: string): boolean {
  return hook.scope.endsWith('/*') ? scope.startsWith(hook.scope.slice(0, -1)) : hook.scope === scope;
}
