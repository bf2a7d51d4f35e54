// The webhooks that a client has registered, with the limits of the real store: ten per scope, one per scope and
// destination, deactivated when deliveries keep failing or nothing happens for 90 days.
import type { Clock } from '../clock';
import type { Credentials } from '../credentials';
import { findProblems } from './hook-rules';
import type { Hook, HookFields, HookProblem } from './hook-rules';
import type { Switches } from '../switches';

/** A hook as the store keeps it. */
export interface KeptHook {
  readonly hook: Hook;
  readonly version: 'v2' | 'v3';
  /** `inactive`: switched off by its owner; `deactivated`: by the store. */
  readonly status: 'active' | 'inactive' | 'deactivated';
  readonly lastEventAt: number;
}

/** All hooks of a store. */
export interface Hooks {
  create(fields: HookFields, version?: 'v2' | 'v3'): Hook | HookProblem;
  update(id: number, fields: HookFields): Hook | HookProblem | undefined;
  remove(id: number): Hook | undefined;
  get(id: number): KeptHook | undefined;
  all(): KeptHook[];
  /** The active hooks that want to hear of a scope; marks that they did. */
  listening(scope: string): KeptHook[];
  /** Switches a hook off because it does not deliver, and mails about it. */
  deactivate(id: number, reason: string): void;
  /** Who is told of blocked domains and deactivated hooks. */
  emails: string[];
  /** The mails that were sent. */
  readonly notices: { readonly to: string; readonly text: string; readonly at: number }[];
}

// [docs] a hook without any event for so long is deactivated.
const QUIET_DAYS = 90;
const DAY_MS = 86_400_000;
const FIRST_HOOK_ID = 20_000_001;

interface HooksWorld {
  readonly credentials: Credentials;
  readonly switches: Switches;
  readonly clock: Clock;
}

/** A store without hooks. */
export function createHooks({ credentials, switches, clock }: HooksWorld): Hooks {
  const kept = new Map<number, KeptHook>();
  let nextId = FIRST_HOOK_ID;
  const seconds = (): number => Math.floor(clock.now() / 1000);
  const others = (id?: number): Hook[] =>
    [...kept.values()]
      .map(({ hook }) => hook)
      .filter((hook) => hook.id !== id && hook.client_id === credentials.clientId);

  const hooks: Hooks = {
    create: (fields, version = 'v3') => {
      const checked = findProblems(fields, others(), switches);
      if ('errors' in checked) return checked;
      const times = { created_at: seconds(), updated_at: seconds() };
      const owner = { client_id: credentials.clientId, store_hash: credentials.storeHash };
      const hook: Hook = { id: nextId, ...owner, ...checked, ...times };
      kept.set(nextId, { hook, version, status: statusOf(hook), lastEventAt: clock.now() });
      nextId += 1;
      return hook;
    },
    update: (id, fields) => {
      const before = kept.get(id);
      if (!before) return undefined;
      const checked = findProblems({ ...before.hook, ...fields }, others(id), switches);
      if ('errors' in checked) return checked;
      const hook: Hook = { ...before.hook, ...checked, updated_at: seconds() };
      kept.set(id, { ...before, hook, status: statusOf(hook), lastEventAt: clock.now() });
      return hook;
    },
    remove: (id) => {
      const before = kept.get(id);
      kept.delete(id);
      return before?.hook;
    },
    get: (id) => kept.get(id),
    all: () => [...kept.values()],
    listening: (scope) => {
      const due = [...kept.values()].filter((entry) => entry.hook.is_active && wants(entry.hook, scope));
      for (const { hook, lastEventAt } of due) {
        if (clock.now() - lastEventAt > QUIET_DAYS * DAY_MS)
          hooks.deactivate(hook.id, 'no events for 90 days');
      }
      const awake = due.flatMap(({ hook }) => kept.get(hook.id) ?? []).filter(({ hook }) => hook.is_active);
      for (const entry of awake) kept.set(entry.hook.id, { ...entry, lastEventAt: clock.now() });
      return awake;
    },
    deactivate: (id, reason) => {
      const before = kept.get(id);
      if (!before) return;
      const hook = { ...before.hook, is_active: false, updated_at: seconds() };
      kept.set(id, { ...before, hook, status: 'deactivated' });
      const text = `The webhook ${id} to ${hook.destination} was deactivated: ${reason}.`;
      for (const to of hooks.emails) hooks.notices.push({ to, text, at: clock.now() });
    },
    emails: [],
    notices: [],
  };
  return hooks;
}

function statusOf(hook: Hook): KeptHook['status'] {
  return hook.is_active ? 'active' : 'inactive';
}

/** `store/order/*` wants everything under `store/order/`. */
function wants(hook: Hook, scope: string): boolean {
  return hook.scope.endsWith('/*') ? scope.startsWith(hook.scope.slice(0, -1)) : hook.scope === scope;
}
