// webhook list and webhook show, which change nothing.
import { secretOf } from '../../../lambda/shared/bigcommerce/webhooks';
import type { Hook } from '../../../lambda/shared/bigcommerce/webhooks';
import { iso } from '../../../lambda/shared/runtime/time';
import type { Service } from '../../service/service';
import { namedValues, table } from '../../terminal/table';
import type { WebhookFlow } from './deps';
import { findHook, hookData, isOurs, OTHER_ACCOUNTS } from './find-hooks';
import type { HookRequest } from './find-hooks';

/** All webhooks of the API account. */
export const list: WebhookFlow<object> = async (_, { service }) => {
  const hooks = await service.store.listHooks();
  const rows = hooks.map((hook) => [
    String(hook.id),
    hook.scope,
    hook.is_active ? 'yes' : 'NO',
    isOurs(hook, service) ? 'yes' : 'no',
    hook.destination,
  ]);
  return {
    data: { webhooks: hooks.map((hook) => hookData(hook, service)) },
    lines:
      hooks.length === 0
        ? [`No webhook belongs to this API account. ${OTHER_ACCOUNTS}`]
        : table(rows, ['Id', 'Scope', 'Active', 'This stack', 'Destination']),
  };
};

/** One webhook. Values of headers may be secret, so only their names are shown. */
export const show: WebhookFlow<HookRequest> = async (request, deps) => {
  const { service, recommend } = deps;
  const hook = await findHook(request, deps);
  const isThisStack = isOurs(hook, service);
  const secretHeader = await compareSecret(hook, service);
  const toFix = isThisStack ? `. To fix: ${recommend(`webhook enable ${hook.id}`)}` : '';
  const changedAt = hook.updated_at === undefined ? undefined : iso(hook.updated_at * 1000);
  return {
    data: {
      ...hookData(hook, service),
      changedAt: changedAt ?? null,
      headers: Object.keys(hook.headers),
      secretHeader,
    },
    lines: namedValues({
      Webhook: String(hook.id),
      Scope: hook.scope,
      Destination: `${hook.destination}${isThisStack ? ' (this stack)' : ''}`,
      Active: hook.is_active ? 'yes' : `NO${toFix}`,
      'Last change': changedAt ?? 'unknown: BigCommerce does not report it',
      Headers: Object.keys(hook.headers).join(', ') || 'none',
      'Secret header': {
        none: `none${toFix}`,
        current: "the stack's",
        different: `NOT the stack's${toFix}`,
      }[secretHeader],
    }),
  };
};

async function compareSecret(hook: Hook, { secrets }: Service): Promise<'none' | 'current' | 'different'> {
  const carried = secretOf(hook);
  if (carried === undefined) return 'none';
  return carried === (await secrets.webhook()) ? 'current' : 'different';
}
