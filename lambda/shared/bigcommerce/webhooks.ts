// Reads and changes the webhooks that are registered at the store. BigCommerce shows only those of our own API account.
// https://developer.bigcommerce.com/docs/rest-management/webhooks
import * as v from 'valibot';
import { BigCommerceError } from '../runtime/errors';
import { isErrorRow } from '../order/order';
import { isRow, toList } from '../runtime/json';
import type { Answer, StoreRequest } from './request';
import { SECRET_HEADER } from '../order/webhook-event';

/** BigCommerce's largest page. An API account may have ten webhooks per scope: one page in practice. */
const PAGE_SIZE = 250;

const hook = v.object({
  id: v.number(),
  scope: v.string(),
  destination: v.string(),
  is_active: v.boolean(),
  headers: v.optional(v.pipe(v.unknown(), v.transform(textsOf)), {}),
  updated_at: v.fallback(v.optional(v.pipe(v.number(), v.check(isTime))), undefined),
});

/** A webhook as the store has it. */
export type Hook = Readonly<v.InferOutput<typeof hook>>;

export interface NewHook {
  readonly scope: string;
  readonly destination: string;
  /** The value of its secret header. */
  readonly secret: string;
}

/** Every call may throw BigCommerceError or ConfigurationError. */
export interface Hooks {
  listHooks(): Promise<readonly Hook[]>;
  /** Undefined if this API account has no webhook with this id. */
  getHook(id: number): Promise<Hook | undefined>;
  /** Sends one POST, without retries. The store refuses a second webhook for the same scope and destination, and an eleventh. */
  registerHook(hook: NewHook): Promise<Hook>;
  /**
   * Activates a webhook and sets its secret with one PUT. Returns false, without a PUT, if neither is needed. Throws
   * BigCommerceError also if the store leaves it inactive, or if it is gone.
   */
  repairHook(hook: Hook, secret: string): Promise<boolean>;
  /** False if there was none. */
  deleteHook(id: number): Promise<boolean>;
}

export type Call = <T>(request: StoreRequest<T>) => Promise<Answer<T>>;

/** Creates the calls for webhooks; `call` sends a request within one invocation. */
export function createHooks(call: Call): Hooks {
  const one = (method: 'GET' | 'PUT', id: number, body?: unknown) =>
    call({ method, endpoint: `${method} hook`, path: `/v3/hooks/${id}`, body, read: toHook });
  return {
    listHooks: () => listHooks(call),

    async getHook(id) {
      const answer = await one('GET', id);
      return answer.found ? answer.value : undefined;
    },

    async registerHook({ scope, destination, secret }) {
      const body = { scope, destination, is_active: true, headers: { [SECRET_HEADER]: secret } };
      const path = '/v3/hooks';
      const answer = await call({ method: 'POST', endpoint: 'POST hooks', path, body, read: toHook });
      return answer.found ? answer.value : missing('POST', path);
    },

    async repairHook(hook, secret) {
      const hasSecret = secretOf(hook) === secret;
      if (hook.is_active && hasSecret) return false;
      const headers = { ...otherHeaders(hook), [SECRET_HEADER]: secret };
      const answer = await one('PUT', hook.id, { is_active: true, ...(hasSecret ? {} : { headers }) });
      if (!answer.found) return gone(hook.id);
      if (answer.value.is_active) return true;
      throw new BigCommerceError(`BigCommerce leaves the webhook ${hook.id} inactive.`, 'permanent');
    },

    async deleteHook(id) {
      const path = `/v3/hooks/${id}`;
      return (await call({ method: 'DELETE', endpoint: 'DELETE hook', path, read: () => true })).found;
    },
  };
}

/** The value of our secret header in a webhook; undefined if it has none. */
export function secretOf(hook: Hook): string | undefined {
  return Object.entries(hook.headers).find(([name]) => isSecretHeader(name))?.[1];
}

const otherHeaders = (hook: Hook) =>
  Object.fromEntries(Object.entries(hook.headers).filter(([name]) => !isSecretHeader(name)));

const isSecretHeader = (name: string) => name.toLowerCase() === SECRET_HEADER.toLowerCase();

async function listHooks(call: Call): Promise<readonly Hook[]> {
  const path = '/v3/hooks';
  const hooks: Hook[] = [];
  for (let page = 1; ; page += 1) {
    const query = { limit: PAGE_SIZE, page };
    const answer = await call({ method: 'GET', endpoint: 'GET hooks', path, query, read: toPage });
    if (!answer.found) return missing('GET', path);
    hooks.push(...answer.value.hooks);
    if (page >= answer.value.pages) return hooks;
  }
}

/** V3 wraps a list in `data`, and says in `meta` how many pages there are. */
const page = v.object({
  data: v.pipe(
    v.unknown(),
    v.transform((data) => (data === null ? [] : toList(data))),
    v.array(v.unknown()),
    v.check((rows) => !rows.some(isErrorRow)),
  ),
  meta: v.fallback(v.object({ pagination: v.object({ total_pages: v.number() }) }), {
    pagination: { total_pages: 1 },
  }),
});

/** A page without the rows that are not webhooks of the expected form. */
function toPage(body: unknown): { readonly hooks: readonly Hook[]; readonly pages: number } | undefined {
  // 204 is an empty list in V2, and may be one here.
  if (body === undefined) return { hooks: [], pages: 1 };
  const result = v.safeParse(page, body);
  if (!result.success) return undefined;
  const { data, meta } = result.output;
  return { hooks: data.flatMap((row) => narrow(row) ?? []), pages: meta.pagination.total_pages };
}

/** V3 wraps a webhook in `data`; parts of the documentation show it without. */
function toHook(body: unknown): Hook | undefined {
  return isRow(body) ? narrow(body.data ?? body) : undefined;
}

function narrow(row: unknown): Hook | undefined {
  const result = v.safeParse(hook, row);
  return result.success ? result.output : undefined;
}

/** Whether a number may be a time in UNIX seconds: positive and before the year 5138. */
function isTime(value: number): boolean {
  return value > 0 && value < 1e11;
}

function textsOf(headers: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(isRow(headers) ? headers : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Throws a retryable error for a webhook that was deleted after it was listed: the next list shows it. */
function gone(id: number): never {
  throw new BigCommerceError(`PUT /v3/hooks/${id} answered 404: it is gone.`, 'retryable', 404);
}

function missing(method: string, path: string): never {
  throw new BigCommerceError(`${method} ${path} answered 404.`, 'permanent', 404);
}
