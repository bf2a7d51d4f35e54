// Tryton's administrator, who logs in with a password and calls models by JSON-RPC, as Tryton's own clients do.
import type { Tryton } from '../../scripts/local/tryton';

type Admin = Pick<Tryton, 'url' | 'database' | 'login' | 'password'>;

/** Creates a user of the groups; returns its key of the REST API. */
export async function createUser(tryton: Admin, groupNames: readonly string[]): Promise<string> {
  const call = await logIn(tryton);
  const groups = await call('model.res.group.search', [['name', 'in', groupNames]]);
  const login = `with-groups-${groupNames.join('-')}`;
  const values = { name: login, login, company: 1, companies: [['add', [1]]], groups: [['add', groups]] };
  const [user] = (await call('model.res.user.create', [values])) as [number];
  const application = { application: 'rest', user };
  const ids = await call('model.res.user.application.create', [application]);
  const [{ key }] = (await call('model.res.user.application.read', ids, ['key'])) as [{ key: string }];
  return key;
}

/** Returns a function that calls a method; the context is added to its parameters. */
async function logIn({ url, database, login, password }: Admin) {
  async function send(method: string, params: readonly unknown[], authorization?: string): Promise<unknown> {
    const answer = await fetch(`${url}/${database}/rpc/`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(authorization === undefined ? {} : { Authorization: authorization }),
      },
      body: JSON.stringify({ id: 1, method, params }),
    });
    const body = (await answer.json()) as { readonly result?: unknown; readonly error?: unknown };
    if (body.error !== undefined) throw new Error(`${method}: ${JSON.stringify(body.error)}`);
    return body.result;
  }
  const [userId, session] = (await send('common.db.login', [login, { password }])) as [number, string];
  const token = Buffer.from(`${login}:${userId}:${session}`).toString('base64');
  return (method: string, ...params: readonly unknown[]) =>
    send(method, params.concat({}), `session ${token}`);
}
