// The commands of the delivery as an operator types them, on a deployed delivery with a real Tryton: what they answer, and what
// they call on AWS, against the table of permissions.
import { deliveries } from '../../scripts/commands/deliveries/command';
import { erp } from '../../scripts/commands/erp/command';
import { startAwsProxy } from '../../scripts/local/aws-proxy';
import type { AwsProxy } from '../../scripts/local/aws-proxy';
import type { Noun } from '../../scripts/terminal/command';
import { deliveryCommandPermissions } from '../support/command-permissions';
import { runForJson } from '../support/run-command';
import { runVerb, verb } from '../support/run-noun';
import { startLocalDelivery } from './local-delivery';
import type { LocalDelivery } from './local-delivery';
import { arn, needed } from './needed-permissions';

let service: LocalDelivery;
let proxy: AwsProxy;
const calls = new Set<string>();
let there: readonly string[];
let order: number;

jest.setTimeout(240_000);

beforeAll(async () => {
  service = await startLocalDelivery();
  proxy = await startAwsProxy(service.mini.endpoint, (call) => {
    for (const one of needed(call)) calls.add(one);
  });
  there = ['--local', '--aws-port', new URL(proxy.url).port];
  order = service.addOrder({ status_id: 11 });
  await service.stack.poll();
  await service.ended([order], 'delivered');
}, 240_000);
afterAll(async () => {
  await service.stop();
  await proxy.stop();
});
beforeEach(() => calls.clear());

const run = (noun: Noun, line: string) => runVerb(noun, [...line.split(' '), ...there]);
const json = (noun: Noun, name: string, ...args: readonly string[]) =>
  runForJson(verb(noun, name), [...args, ...there]);

/** The calls without those that find the stack, as the table of permissions has them. */
function called(): readonly string[] {
  const { stackName } = service.stack;
  return [...calls]
    .filter((call) => !call.startsWith('cloudformation:DescribeStacks ') && !call.startsWith('sts:'))
    .map((call) =>
      ['dynamodb', 'sqs', 'lambda'].reduce((text, name) => text.replace(arn(name, ''), ''), call),
    )
    .map((call) => call.replace(stackName, '<stack>'))
    .sort();
}

it('a delivered order is listed, shown, compared and accounted for', async () => {
  expect(await run(deliveries, 'list --state delivered')).toMatch(new RegExp(`^${order} +delivered `, 'm'));
  expect(await json(deliveries, 'show', String(order))).toMatchObject({
    state: 'delivered',
    refs: [`BC-${order}`],
    erp: { state: 'confirmed' },
  });
  expect(await json(deliveries, 'compare', String(order))).toMatchObject({
    verdict: 'same',
    difference: null,
    erp: [{ reference: `BC-${order}` }],
  });
  expect(await json(deliveries, 'account', '--erp')).toMatchObject({
    erp: { lookedUp: 1, notAsDelivered: [] },
  });
});

it('the commands deliveries make the calls that the table of permissions lists, on the resources that it lists', async () => {
  await run(deliveries, 'list');
  await run(deliveries, `show ${order}`);
  await run(deliveries, `compare ${order}`);
  await run(deliveries, 'account --erp');
  await run(deliveries, `hold ${order} --why test`);
  await service.ended([order], 'held');
  expect(await json(deliveries, 'show', String(order))).toMatchObject({
    reason: 'by-person',
    hold: { why: 'test' },
  });
  await run(deliveries, `release ${order} --why over`);
  await service.ended([order], 'delivered');
  await run(deliveries, `retry ${order}`);
  await service.ended([order], 'delivered');
  await service.expectDelivered(order);
  expect(called()).toEqual([...deliveryCommandPermissions.deliveries].sort());
});

it("the commands erp check the project's own mapping and preview an order, by the calls that the table of permissions lists", async () => {
  expect(await json(erp, 'check')).toMatchObject({
    isDeployed: true,
    findings: [],
    orders: { documents: 1, held: [], missingItems: [], isComplete: true },
  });
  expect(await json(erp, 'preview', String(order))).toMatchObject({
    kind: 'document',
    document: { ref: `BC-${order}` },
  });
  expect(called()).toEqual([...deliveryCommandPermissions.erp].sort());
});
