// The formats of the store's responses: JSON with or without PHP's escaping, no body, errors as an array (V2), as an
// object (V3 and the gateway) or as a page, and XML for clients that do not accept JSON.
import { toJson } from '../json';
import type { Switches } from '../switches';

/** A complete response. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A response that never arrives complete: the connection hangs or breaks, after `partial` if there is one. */
export interface BrokenAnswer {
  readonly fault: 'reset' | 'hang';
  readonly partial?: Answer;
}

/** The format of an error's body. */
export type ErrorForm = 'array' | 'object' | 'html' | 'empty';

const JSON_TYPE = { 'content-type': 'application/json' };

// [docs] the page that gateway errors link to.
const STATUS_PAGE = 'https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes';

/** A JSON response. */
export function json(value: unknown, switches: Switches, status = 200): Answer {
  return { status, headers: JSON_TYPE, body: toJson(value, switches.escaping) };
}

/** A response without a body. */
export function nothing(status = 204): Answer {
  return { status, headers: {}, body: '' };
}

/** A list; the switch decides how an empty one looks. */
export function list(items: readonly unknown[], switches: Switches): Answer {
  return items.length === 0 && switches.emptyList === '204' ? nothing() : json(items, switches);
}

/** A V2 error. */
export function arrayError(status: number, message: string, switches: Switches): Answer {
  return json([{ status, message }], switches, status);
}

/** A V3 or gateway error. */
export function objectError(
  status: number,
  title: string,
  switches: Switches,
  errors: Readonly<Record<string, string>> = {},
): Answer {
  return json({ status, title, type: STATUS_PAGE, errors }, switches, status);
}

/** V2's 400 for an invalid field or parameter. */
export function invalidField(name: string, switches: Switches): Answer {
  return arrayError(400, `The field '${name}' is invalid.`, switches);
}

/** V2's 404. */
export function notFound(switches: Switches): Answer {
  return arrayError(404, 'The requested resource was not found.', switches);
}

/** An error in the given format, for faults. */
export function errorIn(form: ErrorForm, status: number, switches: Switches): Answer {
  if (form === 'empty') return nothing(status);
  if (form === 'html') return page(status);
  const message = `A simulated ${status}.`;
  return form === 'array' ? arrayError(status, message, switches) : objectError(status, message, switches);
}

/** An HTML page such as a proxy or a maintenance mode sends. */
export function page(status: number): Answer {
  const body = `<!DOCTYPE html><html><body><h1>${status} from a simulated proxy</h1></body></html>\n`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** The same response in XML, if its body is JSON. */
export function asXml(answer: Answer, rootName: string): Answer {
  if (answer.body === '' || answer.headers['content-type'] !== JSON_TYPE['content-type']) return answer;
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${element(rootName, JSON.parse(answer.body))}\n`;
  return { ...answer, headers: { ...answer.headers, 'content-type': 'application/xml' }, body };
}

function element(name: string, value: unknown): string {
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => element('item', item)).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, part]) => element(name, part))
      .join('');
  }
  const text = value === null || value === undefined ? '' : JSON.stringify(value).replace(/^"|"$/g, '');
  return text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
}
