// A small door for people with curl, under `/_simulator/`: look at orders, make and change them, read the log,
// deliver a webhook, break things. It needs no token, so it lets no web page in.
import type { Answer } from './api/response';
import type { OneWebhook } from './webhooks/deliver-one';
import type { Order } from './orders/order-shapes';
import type { StoreRequest } from './api/routing';
import { isRecord } from './json';
import type { Store } from './create';

const PREFIX = '/_simulator';

type Body = Readonly<Record<string, unknown>>;
type Page = (store: Store, id: number, body: Body) => unknown;

const pages: readonly (readonly [method: string, path: RegExp, page: Page])[] = [
  ['GET', /^\/orders$/, (store) => store.orders.all().map(summary(store))],
  ['POST', /^\/orders$/, (store, _, body) => store.orders.add(body)],
  ['GET', /^\/orders\/(\d+)$/, (store, id) => store.orders.kept(need(store, id))],
  ['PUT', /^\/orders\/(\d+)$/, (store, id, body) => store.orders.edit(need(store, id), body)],
  ['DELETE', /^\/orders\/(\d+)$/, (store, id) => store.orders.remove(need(store, id))],
  ['GET', /^\/log$/, (store) => store.log.entries],
  ['DELETE', /^\/log$/, (store) => store.log.clear()],
  ['GET', /^\/events$/, (store) => store.events.all()],
  ['GET', /^\/deliveries$/, (store) => store.deliveries.all()],
  ['POST', /^\/webhooks$/, (store, _, body) => store.deliverWebhook(webhookFrom(body))],
  ['POST', /^\/faults$/, (store, _, body) => void store.faults.add(body)],
  ['DELETE', /^\/faults$/, (store) => store.faults.clear()],
  ['GET', /^\/switches$/, (store) => store.switches],
  ['PUT', /^\/switches$/, (store, _, body) => Object.assign(store.switches, known(store.switches, body))],
  ['GET', /^\/settings$/, (store) => store.settings],
  ['PUT', /^\/settings$/, (store, _, body) => Object.assign(store.settings, known(store.settings, body))],
];

/** Whether a request is for this door and not for the API. */
export function isAdmin(request: StoreRequest): boolean {
  return request.path === PREFIX || request.path.startsWith(`${PREFIX}/`);
}

/** Answers a person: JSON, 204 for nothing, or 4xx with a sentence that says what is wrong. */
export async function answerAdmin(store: Store, request: StoreRequest): Promise<Answer> {
  if (isForeign(request))
    return problem(403, 'This door is for programs on this machine, not for web pages.');
  const path = (request.path.split('?')[0] ?? '').slice(PREFIX.length);
  const page = pages.find(([method, pattern]) => method === request.method && pattern.test(path));
  if (!page)
    return problem(404, `Try one of: ${pages.map(([method, at]) => `${method} ${readable(at)}`).join(', ')}`);
  const [, pattern, run] = page;
  try {
    const id = Number(pattern.exec(path)?.[1] ?? 0);
    const result = await run(store, id, bodyOf(request));
    return result === undefined ? { status: 204, headers: {}, body: '' } : plain(result, 200);
  } catch (error) {
    return problem(400, error instanceof Error ? error.message : String(error));
  }
}

/** A browser names the page that it acts for; a page may also reach loopback under a name of its own. */
function isForeign({ headers = {} }: StoreRequest): boolean {
  const host = String(headers.host ?? '127.0.0.1').replace(/:\d+$/, '');
  return headers.origin !== undefined || (host !== '127.0.0.1' && host !== 'localhost');
}

function bodyOf({ body = '' }: StoreRequest): Body {
  const parsed: unknown = body === '' ? {} : JSON.parse(body);
  if (!isRecord(parsed)) throw new Error('The body has to be a JSON object.');
  return parsed;
}

function webhookFrom(body: Body): OneWebhook {
  if (typeof body.destination !== 'string' || typeof body.orderId !== 'number') {
    throw new Error('A webhook needs a destination (text) and an orderId (number).');
  }
  return { ...body, destination: body.destination, orderId: body.orderId };
}

function need(store: Store, id: number): number {
  if (!store.orders.kept(id)) throw new Error(`There is no order ${id}.`);
  return id;
}

function known(target: object, body: Body): Body {
  const stranger = Object.keys(body).find((name) => !(name in target));
  if (stranger !== undefined) throw new Error(`There is no such switch or setting as ${stranger}.`);
  return body;
}

function summary(store: Store) {
  return ({ id, status_id, status, date_created, date_modified, total_inc_tax }: Order) => ({
    id,
    status_id,
    status,
    date_created,
    date_modified,
    total_inc_tax,
    lines: store.orders.lines(id).length,
  });
}

function readable(pattern: RegExp): string {
  return PREFIX + pattern.source.replaceAll('\\', '').replace('(d+)', '{id}').replace(/[\^$]/g, '');
}

function plain(value: unknown, status: number): Answer {
  const body = `${JSON.stringify(value, null, 2)}\n`;
  return { status, headers: { 'content-type': 'application/json' }, body };
}

function problem(status: number, message: string): Answer {
  return plain({ message }, status);
}
