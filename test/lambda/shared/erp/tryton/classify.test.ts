import { badAnswer, noAnswer } from '../../../../../lambda/shared/erp/tryton/classify';
import { ERROR_RULES } from '../../../../../lambda/shared/erp/tryton/error-rules';
import { LostAnswer } from '../../../../../lambda/shared/erp/tryton/http';

const json = (message: string) => JSON.stringify({ status: 400, message, description: '' });
const html = (title: string, text: string) =>
  `<!doctype html>\n<html lang=en>\n<title>${title}</title>\n<h1>${title}</h1>\n<p>${text}</p>\n`;
const inRecord = 'for field "City" in record "Ada Moss, Secret Street 1" of "Party Address"';

/** Answers of Tryton 8.2 and of what may stand before it, with what each of them means. */
const answers: readonly (readonly [number, string, code: string, failure: string, provesRefusal: boolean])[] =
  [
    [400, json('The web ID on the sale must be unique per shop.'), 'web-id-taken', 'duplicate', true],
    [400, json('The code on party must be unique.'), 'party-code-taken', 'duplicate', true],
    [400, json('The name of party category must be unique by parent.'), 'not-unique', 'data', true],
    [400, json('You are not allowed to access "Account Move".'), 'no-access', 'configuration', true],
    [
      400,
      json('You are not allowed to read records "1" of "Sale" because of …'),
      'no-access',
      'configuration',
      true,
    ],
    [400, json('Calling button "quote on "Sale" is not allowed.'), 'no-access', 'configuration', true],
    [
      400,
      json('You are not allowed to modify the field "Number" of "Sale".'),
      'no-access',
      'configuration',
      true,
    ],
    [400, json('You can not call "cancel" on "1 [BC-1]" of "Sale".'), 'not-in-this-state', 'data', true],
    [400, json('You can not call "quote" on "1 [BC-1]" of "Sale".'), 'not-in-this-state', 'retryable', true],
    [
      400,
      json('You are not allowed to modify the field "Quantity" in record "2 u Mug" of "Sale Line".'),
      'not-in-this-state: Quantity',
      'retryable',
      true,
    ],
    [
      400,
      json('You cannot add lines to sale "1" because it is no longer …'),
      'not-in-this-state',
      'retryable',
      true,
    ],
    [
      400,
      json('To delete line "2 u Mug" you must cancel or reset …'),
      'not-in-this-state',
      'retryable',
      true,
    ],
    [
      400,
      json('You are trying to read records "9" of "Currency" that don\'t exist.'),
      'unknown-record',
      'data',
      true,
    ],
    [
      400,
      json('The value "9" for field "Product" in "Sale Line" does not exist.'),
      'unknown-record: Product',
      'data',
      true,
    ],
    [
      400,
      json(`The value "x" ${inRecord} is not valid according to its domain.`),
      'not-valid: City',
      'data',
      true,
    ],
    [
      400,
      json(`The number of digits in the value "1" ${inRecord} exceeds the limit of "4".`),
      'too-many-digits: City',
      'data',
      true,
    ],
    [
      400,
      json(`The value "x\ty" ${inRecord} contains some invalid chars "'\\t'".`),
      'invalid-characters: City',
      'data',
      true,
    ],
    [
      400,
      json(`The value "x" ${inRecord} is not one of the allowed options.`),
      'not-an-option: City',
      'data',
      true,
    ],
    [
      400,
      json('A value is required for field "Party" in record "1" of "Sale".'),
      'missing-value: Party',
      'data',
      true,
    ],
    [
      400,
      json('The value "x" for field "Name" in "Party" is too long (9 > 8).'),
      'too-long: Name',
      'data',
      true,
    ],
    [
      400,
      json('To get a quote for sale "1" you must enter a warehouse for the line "2".'),
      'no-warehouse',
      'configuration',
      true,
    ],
    [400, json('To get a quote for sale "1" you must enter an invoice address.'), 'no-address', 'data', true],
    [
      400,
      json('To process the sale "1" you must select another party instead of the guest "G".'),
      'guest-party',
      'configuration',
      true,
    ],
    [
      400,
      json('To invoice sale "1" you must define an account revenue for product "P".'),
      'not-set-up',
      'configuration',
      true,
    ],
    [400, json('Ada Moss of Secret Street 1 is not welcome.'), 'refused', 'unknown', true],
    [401, html('401 Unauthorized', 'The server could not verify …'), 'key-refused', 'configuration', true],
    [403, html('403 Forbidden', 'You don&#39;t have the permission …'), 'forbidden', 'configuration', true],
    [404, html('404 Not Found', 'The requested URL was not found …'), 'not-found', 'retryable', true],
    [405, html('405 Method Not Allowed', '…'), 'not-the-rest-api', 'configuration', true],
    [408, '', 'timeout', 'retryable', false],
    [413, html('413 Request Entity Too Large', '…'), 'too-large', 'data', true],
    [429, html('429 Too Many Requests', '…'), 'too-many-requests', 'busy', true],
    [500, html('500 Internal Server Error', '&#39;web.shop&#39;'), 'module-missing', 'configuration', false],
    [500, html('500 Internal Server Error', '&#39;payments&#39;'), 'module-missing', 'configuration', false],
    [500, html('500 Internal Server Error', '&#39;nosuch&#39;'), 'unknown-field', 'bug', false],
    [
      500,
      html('500 Internal Server Error', 'could not convert string to float: &#39;Ada&#39;'),
      'malformed-request',
      'bug',
      false,
    ],
    [500, html('500 Internal Server Error', 'database is locked'), 'database-busy', 'retryable', false],
    [500, html('500 Internal Server Error', 'Ada Moss'), 'server-error', 'unknown', false],
    [502, html('502 Bad Gateway', 'nginx'), 'gateway', 'retryable', false],
    [503, html('503 Service Unavailable', 'database is locked'), 'database-busy', 'retryable', false],
    [504, html('504 Gateway Timeout', 'nginx'), 'gateway-timeout', 'retryable', false],
    [302, '', 'redirected', 'configuration', true],
    [200, '', 'empty-answer', 'configuration', false],
    [204, '', 'empty-answer', 'configuration', false],
    [200, html('Sign in', 'Ada Moss'), 'html-answer', 'configuration', false],
    [200, '{"id":1,"number":"1', 'cut-off-answer', 'retryable', false],
    [418, '', 'refused', 'unknown', false],
    [507, '', 'server-error', 'unknown', false],
  ];

it.each(answers)('classifies the answer %i %s', (status, text, about, failure, provesRefusal) => {
  const error = badAnswer('create order', { status, text }, 'record');
  expect(error).toMatchObject({ failure, provesRefusal, status });
  expect(error.message).toBe(`create order: Tryton answered ${status} (${about}).`);
});

it('has an answer in this test for each of its rules', () => {
  const untested = ERROR_RULES.filter(({ of }) => of !== 'model').filter(
    ({ code, failure, provesRefusal }) =>
      !answers.some(
        ([, , about, ...rest]) => about.startsWith(code) && rest[0] === failure && rest[1] === provesRefusal,
      ),
  );
  expect(untested).toEqual([]);
});

it('takes a model that is not found for a database that is not there', () => {
  const error = badAnswer('find order', { status: 404, text: '' }, 'model');
  expect(error).toMatchObject({ failure: 'configuration', provesRefusal: true });
  expect(error.message).toBe('find order: Tryton answered 404 (no-such-database).');
});

it('shows no field that a shopper wrote into a value', () => {
  const value = 'x" for field "Ada Moss" in record "y';
  const text = json(`The value "${value}" for field "City" in record "z" of "Party Address" is not valid.`);
  expect(badAnswer('create customer', { status: 400, text }, 'model').message).toBe(
    'create customer: Tryton answered 400 (refused: City).',
  );
  const unknown = json(
    'The value "x" for field "Ada Moss" in record "z" of "Party" is not valid according to its domain.',
  );
  expect(badAnswer('create customer', { status: 400, text: unknown }, 'record').message).not.toContain('Ada');
});

it.each([
  ['ECONNREFUSED', 'connect', 'retryable', true],
  ['ENOTFOUND', 'getaddrinfo', 'retryable', true],
  ['ETIMEDOUT', 'connect', 'retryable', true],
  ['EHOSTUNREACH', 'connect', 'retryable', true],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', '', 'configuration', true],
  ['ERR_TLS_CERT_ALTNAME_INVALID', '', 'configuration', true],
  ['ECONNRESET', 'read', 'retryable', false],
  ['ECONNRESET', '', 'retryable', false],
  ['ECONNABORTED', '', 'retryable', false],
  ['ERR_CANCELED', '', 'retryable', false],
  ['EPIPE', 'write', 'retryable', false],
])(
  'knows of the network error %s (%s) whether the request was sent',
  (code, during, failure, provesRefusal) => {
    const error = noAnswer('create order', new LostAnswer(code, during));
    expect(error).toMatchObject({ failure, provesRefusal, status: undefined });
    expect(error.message).toBe(`create order: Tryton did not answer (${code}).`);
  },
);
