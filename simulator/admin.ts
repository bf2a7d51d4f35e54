// The admin pages for people with curl, under `/_simulator/`: list, create and edit orders, read the log, deliver a
// webhook, add faults. They need no token, so they refuse requests from web pages.
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
  ['GET', /^\/orders\/(\d+)$/, (store, id) => store.orders.kept(existing(store, id))],
  ['PUT', /^\/orders\/(\d+)$/, (store, id, body) => store.orders.edit(existing(store, id), body)],
  ['DELETE', /^\/orders\/(\d+)$/, (store, id) => store.orders.remove(existing(store, id))],
  ['GET', /^\/log$/, (store) => store.log.entries],
  ['DELETE', /^\/log$/, (store) => store.log.clear()],
  ['GET', /^\/events$/, (store) => store.events.all()],
  ['GET', /^\/deliveries$/, (store) => store.deliveries.all()],
  ['POST', /^\/webhooks$/, (store, _, body) => store.deliverWebhook(webhookFrom(body))],
  ['POST', /^\/faults$/, (store, _, body) => void store.faults.add(body)],
  ['DELETE', /^\/faults$/, (store) => store.faults.clear()],
  ['GET', /^\/switches$/, (store) => store.switches],
  ['PUT', /^\/switches$/, (store, _, body) => Object.assign(store.switches, knownOnly(store.switches, body))],
  ['GET', /^\/settings$/, (store) => store.settings],
  ['PUT', /^\/settings$/, (store, _, body) => Object.assign(store.settings, knownOnly(store.settings, body))],
];

/** Whether a request is for the admin pages and not for the API. */
export function isAdmin(request: StoreRequest): boolean {
  return request.path === PREFIX || request.path.startsWith(`${PREFIX}/`);
}

/** Answers with JSON, with 204 if there is no result, or with 4xx and a sentence that names the problem. */
export async function answerAdmin(store: Store, request: StoreRequest): Promise<Answer> {
  if (isFromWebPage(request))
    return problem(403, 'The admin pages are for programs on this machine, not for web pages.');
  const path = (request.path.split('?')[0] ?? '').slice(PREFIX.length);
  const page = pages.find(([method, pattern]) => method === request.method && pattern.test(path));
  if (!page)
    return problem(
      404,
      `Unknown admin page. The admin pages are: ${pages.map(([method, at]) => `${method} ${readable(at)}`).join(', ')}`,
    );
  const [, pattern, run] = page;
  try {
    const id = Number(pattern.exec(path)?.[1] ?? 0);
    const result = await run(store, id, bodyOf(request));
    return result === undefined ? { status: 204, headers: {}, body: '' } : plain(result, 200);
  } catch (error) {
    return problem(400, error instanceof Error ? error.message : String(error));
  }
}

/** A browser names the page that it acts for; a page may also reach loopback under its own host name. */
function isFromWebPage({ headers = {} }: StoreRequest): boolean {
  const host = String(headers.host ?? '127.0.0.1').replace(/:\d+$/, '');
  return headers.origin !== undefined || (host !== '127.0.0.1' && host !== 'localhost');
}

function bodyOf({ body = '' }: StoreRequest): Body {
  const parsed: unknown = body === '' ? {} : JSON.parse(body);
  if (!isRecord(parsed)) throw new Error('The body must be a JSON object.');
  return parsed;
}

function webhookFrom(body: Body): OneWebhook {
  if (typeof body.destination !== 'string' || typeof body.orderId !== 'number') {
    throw new Error('A webhook needs a destination (string) and an orderId (number).');
  }
  return { ...body, destination: body.destination, orderId: body.orderId };
}

function existing(store: Store, id: number): number {
  if (!store.orders.kept(id)) throw new Error(`Order ${id} does not exist.`);
  return id;
}

function knownOnly(target: object, body: Body): Body {
  const unknown = Object.keys(body).find((name) => !(name in target));
  if (unknown !== undefined) throw new Error(`${unknown} is not a switch or setting.`);
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
