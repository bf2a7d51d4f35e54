// The request that API Gateway sends, in the flow.
import { accepted, aReceiver, aWebhook, secretHeader, signed } from '../../support/receiver';
import type { Headers } from '../../support/receiver';

it('the webhook decodes a body in base64 before it verifies it', async () => {
  const { post } = aReceiver();
  const bytes = Buffer.from(JSON.stringify(aWebhook({ note: 'Zoë' })));
  expect(await post(bytes, signed(bytes))).toEqual(accepted);
  const asText = bytes.toString('base64');
  expect(await post(asText, signed(bytes))).toMatchObject({ status: 401 });
});

it.each([
  ['upper case', (name: string) => name.toUpperCase()],
  ['title case', (name: string) => name.replaceAll(/\b[a-z]/g, (initial) => initial.toUpperCase())],
])('the webhook finds headers in %s', async (_, inCase) => {
  const { post } = aReceiver();
  const text = JSON.stringify(aWebhook());
  const recased = (headers: Headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [inCase(name), value]));
  expect(await post(text, recased(signed(text)))).toEqual(accepted);
  expect(await post(text, recased(secretHeader))).toEqual(accepted);
});
