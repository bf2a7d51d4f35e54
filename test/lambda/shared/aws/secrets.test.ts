// Credentials: kept for a while, refetched on demand, and clear about what is missing.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { ConfigurationError } from '../../../../lambda/shared/runtime/errors';
import { createSecrets } from '../../../../lambda/shared/aws/secrets';

const manager = mockClient(SecretsManagerClient);
beforeEach(() => manager.reset());

const clock = { now: 0 };
const someSecrets = () =>
  createSecrets(new SecretsManagerClient({ region: 'us-east-1' }), {
    bigCommerceSecretArn: 'arn:bigcommerce',
    webhookSecretArn: 'arn:webhook',
    now: () => clock.now,
  });
const answer = (value: unknown) =>
  manager
    .on(GetSecretValueCommand)
    .resolves({ SecretString: typeof value === 'string' ? value : JSON.stringify(value) });
const credentials = { clientId: 'id', accessToken: 'token', clientSecret: 'secret' };

it('a secret is fetched once in five minutes', async () => {
  answer(credentials);
  const secrets = someSecrets();
  expect(await secrets.bigCommerce()).toEqual(credentials);
  clock.now += 299_999;
  await secrets.bigCommerce();
  expect(manager.calls()).toHaveLength(1);
  clock.now += 1;
  await secrets.bigCommerce();
  expect(manager.calls()).toHaveLength(2);
});

it('a secret is fetched again on demand, but not at every demand', async () => {
  answer(credentials);
  const secrets = someSecrets();
  await secrets.bigCommerce();
  clock.now += 10_000;
  answer({ ...credentials, accessToken: 'rotated' });
  expect((await secrets.bigCommerce(true)).accessToken).toBe('rotated');
  await secrets.bigCommerce(true);
  expect(manager.calls()).toHaveLength(2);
});

it('the last valid secret is used while Secrets Manager fails', async () => {
  answer(credentials);
  const secrets = someSecrets();
  await secrets.bigCommerce();
  clock.now += 600_000;
  manager.on(GetSecretValueCommand).rejects(new Error('down'));
  expect(await secrets.bigCommerce()).toEqual(credentials);
  await expect(someSecrets().bigCommerce()).rejects.toThrow('down');
});

it.each([
  ['no JSON', 'text', 'not a JSON object'],
  ['empty', {}, 'clientId is missing; accessToken is missing'],
  ['odd', { ...credentials, clientSecret: 5 }, 'clientSecret is not a text'],
])('an invalid secret is refused with the name of what is wrong: %s', async (_, value, problem) => {
  answer(value);
  await expect(someSecrets().bigCommerce()).rejects.toThrow(ConfigurationError);
  await expect(someSecrets().bigCommerce()).rejects.toThrow(problem);
});

it('an error about a wrong secret never repeats its value', async () => {
  answer({ clientId: 'id', accessToken: { token: 'very-secret' }, clientSecret: ['very-secret'] });
  await expect(someSecrets().bigCommerce()).rejects.toThrow(
    new ConfigurationError(
      'The BigCommerce secret is not usable: accessToken is missing; clientSecret is not a text.',
    ),
  );
});

it('a secret without a client secret is valid, and no signature is accepted then', async () => {
  answer({ clientId: 'id', accessToken: 'token' });
  expect((await someSecrets().bigCommerce()).clientSecret).toBe('');
});

it('the webhook secret comes without the line break that a file adds', async () => {
  answer('a-secret\n');
  expect(await someSecrets().webhook()).toBe('a-secret');
});

it('the webhook secret is fetched again on demand', async () => {
  answer('before');
  const secrets = someSecrets();
  await secrets.webhook();
  clock.now += 10_000;
  answer('after');
  expect(await secrets.webhook()).toBe('before');
  expect(await secrets.webhook(true)).toBe('after');
});

it('callers do not wait for Secrets Manager at every call while it fails', async () => {
  answer(credentials);
  const secrets = someSecrets();
  await secrets.bigCommerce();
  clock.now += 600_000;
  manager.reset();
  manager.on(GetSecretValueCommand).rejects(new Error('down'));
  await secrets.bigCommerce();
  await secrets.bigCommerce();
  await secrets.bigCommerce(true);
  expect(manager.calls()).toHaveLength(1);
  clock.now += 10_000;
  answer({ ...credentials, accessToken: 'rotated' });
  expect((await secrets.bigCommerce()).accessToken).toBe('rotated');
});

it.each([
  ['AccessDeniedException', true],
  ['ResourceNotFoundException', true],
  ['InternalServiceError', false],
  ['ThrottlingException', false],
  ['TimeoutError', false],
])('the error %s is a wrong setting: %s', async (name, isConfiguration) => {
  manager.on(GetSecretValueCommand).rejects(Object.assign(new Error('No.'), { name }));
  const error: unknown = await someSecrets()
    .bigCommerce()
    .catch((reason: unknown) => reason);
  expect(error instanceof ConfigurationError).toBe(isConfiguration);
});

it.each(['two\nlines', 'sp ace', 'Zoë', ''])(
  'a webhook secret that no header can carry is refused: %j',
  async (text) => {
    answer(text);
    const error: unknown = await someSecrets()
      .webhook()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    if (text !== '') expect((error as Error).message).not.toContain(text);
  },
);

it('the two secrets are cached apart', async () => {
  manager.on(GetSecretValueCommand, { SecretId: 'arn:bigcommerce' }).resolves({
    SecretString: JSON.stringify(credentials),
  });
  manager.on(GetSecretValueCommand, { SecretId: 'arn:webhook' }).resolves({ SecretString: 'a-secret' });
  const secrets = someSecrets();
  expect([await secrets.bigCommerce(), await secrets.webhook()]).toEqual([credentials, 'a-secret']);
  expect([await secrets.bigCommerce(), await secrets.webhook()]).toEqual([credentials, 'a-secret']);
  expect(manager.calls()).toHaveLength(2);
});

it('the current webhook secret is fetched, and an older one is never returned for it', async () => {
  answer('before');
  const secrets = someSecrets();
  await secrets.webhook();
  answer('after');
  expect(await secrets.webhookNow()).toBe('after');
  expect(await secrets.webhook()).toBe('after');
  manager.on(GetSecretValueCommand).rejects(new Error('down'));
  await expect(secrets.webhookNow()).rejects.toThrow('down');
});
