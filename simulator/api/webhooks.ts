// Registers webhooks. V3 wraps its responses in `data` and pages its list; V2 creates without a wrapper.
import { json, nothing, objectError } from './response';
import type { Answer } from './response';
import type { Hook, HookProblem } from '../webhooks/hook-rules';
import type { KeptHook } from '../webhooks/hooks';
import { DEFAULT_LIMIT, MAX_LIMIT } from './paging';
import { objectBody } from './routing';
import type { Call, Route } from './routing';

/** The routes of hooks. */
export const hookRoutes: readonly Route[] = [
  { method: 'POST', template: '/v2/hooks', run: createUnwrapped },
  { method: 'POST', template: '/v3/hooks', run: create },
  { method: 'GET', template: '/v3/hooks', run: listHooks },
  { method: 'GET', template: '/v3/hooks/admin', run: admin },
  { method: 'PUT', template: '/v3/hooks/admin', run: putEmails },
  {
    method: 'GET',
    template: '/v3/hooks/{hook}',
    run: (call) => wrapped(call, ownHook(call)),
  },
  { method: 'PUT', template: '/v3/hooks/{hook}', run: update },
  {
    method: 'DELETE',
    template: '/v3/hooks/{hook}',
    run: (call) => wrapped(call, ownHook(call) && call.store.hooks.remove(idOf(call))),
  },
];

function create(call: Call): Answer {
  const { hooks, switches } = call.store;
  return wrapped(call, hooks.create(objectBody(call) ?? {}), switches.hookCreatedStatus);
}

function createUnwrapped(call: Call): Answer {
  const { hooks, switches } = call.store;
  const made = hooks.create(objectBody(call) ?? {}, 'v2');
  return 'errors' in made ? problem(call, made) : json(made, switches, 201);
}

function update(call: Call): Answer {
  const fields = objectBody(call) ?? {};
  if (Object.keys(fields).length === 0) return problem(call, { errors: { body: 'error.path.missing.' } });
  return wrapped(call, ownHook(call) && call.store.hooks.update(idOf(call), fields));
}

/** The hook of the call's path; undefined if another client owns it. */
function ownHook(call: Call): Hook | undefined {
  const kept = call.store.hooks.get(idOf(call));
  return kept && isOwn(call, kept) ? kept.hook : undefined;
}

function isOwn({ store }: Call, { hook }: KeptHook): boolean {
  return hook.client_id === store.credentials.clientId;
}

/** The hook in V3's format, its problem, or a 404. */
function wrapped(call: Call, result: Hook | HookProblem | undefined, status = 200): Answer {
  const { switches } = call.store;
  if (!result) return objectError(404, `Webhook with id [${idOf(call)}] not found`, switches);
  return 'errors' in result ? problem(call, result) : json({ data: result, meta: {} }, switches, status);
}

function problem(call: Call, { errors }: HookProblem): Answer {
  return objectError(422, 'JSON data is missing or invalid', call.store.switches, errors);
}

function idOf(call: Call): number {
  return call.ids.hook ?? 0;
}

function listHooks(call: Call): Answer {
  const page = paged(call, selectHooks(call));
  const hooks = page.items.map(({ hook }) => hook);
  return json({ data: hooks, meta: { pagination: page.pagination } }, call.store.switches);
}

function admin(call: Call): Answer {
  const { hooks, deliveries, switches } = call.store;
  const page = paged(call, selectHooks(call));
  const data = {
    emails: hooks.emails,
    hooks_list: page.items.map(({ hook, status }) => ({ ...hook, status })),
    blocked_domains: deliveries.blocked(),
  };
  return json({ data, meta: { pagination: page.pagination } }, switches);
}

function putEmails(call: Call): Answer {
  const emails: unknown = objectBody(call)?.emails;
  const list: readonly unknown[] | undefined = Array.isArray(emails) ? emails : undefined;
  if (!list?.every((email) => typeof email === 'string')) {
    return problem(call, { errors: { emails: 'error.path.missing.' } });
  }
  call.store.hooks.emails = [...list];
  return nothing();
}

/** The calling client's hooks that match the filters. */
function selectHooks(call: Call): KeptHook[] {
  const matches = (name: string, value: string): boolean => (call.query.get(name) ?? value) === value;
  return call.store.hooks
    .all()
    .filter((kept) => isOwn(call, kept))
    .filter(({ hook }) => matches('is_active', String(hook.is_active)))
    .filter(({ hook }) => matches('scope', hook.scope) && matches('destination', hook.destination));
}

function paged(call: Call, all: readonly KeptHook[]) {
  const size = Math.min(MAX_LIMIT, numberIn(call, 'limit', DEFAULT_LIMIT));
  const current = numberIn(call, 'page', 1);
  const items = all.slice((current - 1) * size, current * size);
  const pages = Math.ceil(all.length / size);
  const linkTo = (page: number): string => `?page=${page}&limit=${size}`;
  const links = {
    ...(current > 1 ? { previous: linkTo(current - 1) } : {}),
    current: linkTo(current),
    ...(current < pages ? { next: linkTo(current + 1) } : {}),
  };
  const counts = { total: all.length, count: items.length, per_page: size, current_page: current };
  return { items, pagination: { ...counts, total_pages: pages, links } };
}

function numberIn(call: Call, name: string, otherwise: number): number {
  const text = call.query.get(name) ?? '';
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : otherwise;
}
