// The Rules of a template as this project checks them itself.
import { ruleProblems } from '../../../scripts/stack/rules';
import { readTemplates } from '../../../scripts/stack/service-stacks';

const problemsFor = async (values: Readonly<Record<string, string>>) => {
  const { Rules = {}, Parameters } = (await readTemplates()).delivery;
  return ruleProblems(Rules, Parameters, values);
};

it('live without a date from which orders are delivered is refused, and with one it is not', async () => {
  expect(await problemsFor({ DeliveryMode: 'live' })).toEqual([
    'DeliveryMode live needs DeliverOrdersCreatedFrom: the date from which orders are delivered.',
  ]);
  expect(await problemsFor({ DeliveryMode: 'live', DeliverOrdersCreatedFrom: '2026-11-01' })).toEqual([]);
});

it.each(['off', 'shadow'])('%s needs no date', async (DeliveryMode) => {
  expect(await problemsFor({ DeliveryMode })).toEqual([]);
});

it('subnets and security groups are refused without each other', async () => {
  const ErpSubnetIds = 'subnet-0123456789abcdef0, subnet-0123456789abcdef1';
  const ErpSecurityGroupIds = 'sg-0123456789abcdef0';
  expect(await problemsFor({})).toEqual([]);
  expect(await problemsFor({ ErpSubnetIds, ErpSecurityGroupIds })).toEqual([]);
  expect(await problemsFor({ ErpSubnetIds })).toEqual(['ErpSubnetIds needs ErpSecurityGroupIds.']);
  expect(await problemsFor({ ErpSecurityGroupIds })).toEqual(['ErpSecurityGroupIds needs ErpSubnetIds.']);
});

it('a function that is not checked here is an error, and not a rule that holds', () => {
  const rule = { Assertions: [{ Assert: { 'Fn::RefAll': ['x'] }, AssertDescription: 'no' }] };
  expect(() => ruleProblems({ rule }, {}, {})).toThrow('Fn::RefAll');
});

it.each([
  ['Fn::And', [true, false], false],
  ['Fn::And', [true, true], true],
  ['Fn::Or', [true, false], true],
  ['Fn::Or', [false, false], false],
] as const)('%s of %j is %s', (name, operands, isTrue) => {
  const rule = { Assertions: [{ Assert: { [name]: operands }, AssertDescription: 'not true' }] };
  expect(ruleProblems({ rule }, {}, {})).toEqual(isTrue ? [] : ['not true']);
});
