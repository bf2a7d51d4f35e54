// How far a backfill is, on a real DynamoDB API; and which stacks are refused before anything is asked of their tables.
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { createJobsTable } from '../../../../lambda/shared/tables/jobs';
import { backfill } from '../../../../scripts/commands/backfill/command';
import { createCheckpoints } from '../../../../scripts/commands/backfill/checkpoint';
import type { Checkpoint, Checkpoints } from '../../../../scripts/commands/backfill/checkpoint';
import type { BackfillSelection } from '../../../../scripts/commands/backfill/options';
import { nothing } from '../../../../scripts/commands/backfill/tally';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { iso, NOON } from '../../../support/builders';
import { connect, createTables } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';
import { runCommand } from '../../../support/run-command';

const DAY = 24 * 3_600_000;

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
let checkpoints: Checkpoints;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  client = connect(miniStack);
  await createTables(client);
  checkpoints = createCheckpoints(client, 'JobsTable', 90);
}, 60_000);
afterAll(() => miniStack.stop());

let nextYear = 2_000;
/** One that no other test has. */
const aSelection = (overrides: Partial<BackfillSelection> = {}): BackfillSelection => ({
  created_since: `${(nextYear += 1)}-01-01T00:00:00.000Z`,
  advance: false,
  ...overrides,
});

let nextTime = NOON;
const aCheckpoint = (selection: BackfillSelection, overrides: Partial<Checkpoint> = {}): Checkpoint => ({
  timestamp: (nextTime += 1),
  outcome: 'backfill.running',
  selection,
  tally: nothing,
  ...overrides,
});

describe('the checkpoint of a backfill', () => {
  it('a checkpoint is found unchanged by its selection', async () => {
    const selection = aSelection({ status_ids: [2, 11] });
    const checkpoint = aCheckpoint(selection, {
      cursor: { status_id: 11, order_id: 107 },
      tally: {
        ...nothing,
        copied: 3,
        skipped: { 'void-status:5': 1 },
        excluded: { archived: 2 },
        dead: 1,
        dead_orders: [{ order_id: 104, reason: 'rejected', error: 'so' }],
        not_found: [9],
      },
    });
    await checkpoints.save(checkpoint, NOON);
    expect(await checkpoints.find(selection)).toEqual({ checkpoint, savedAt: NOON });
  });

  it('a checkpoint that cannot be read is refused with the wrong field and the row to delete', async () => {
    const selection = aSelection();
    const checkpoint = aCheckpoint(selection, { tally: { ...nothing, copied: 'many' as unknown as number } });
    await checkpoints.save(checkpoint, NOON);
    await expect(checkpoints.find(selection)).rejects.toThrow(
      `cannot be read (tally.copied: expected number). Delete that row, whose timestamp is ${checkpoint.timestamp},`,
    );
  });

  it('a checkpoint is not found by another selection', async () => {
    const selection = aSelection();
    await checkpoints.save(aCheckpoint(selection), NOON);
    expect(await checkpoints.find({ ...selection, advance: true })).toBeUndefined();
    expect(await checkpoints.find({ ...selection, status_ids: [11] })).toBeUndefined();
  });

  it('the newest checkpoint of a selection is found', async () => {
    const selection = aSelection();
    const [first, second] = [aCheckpoint(selection), aCheckpoint(selection)];
    await checkpoints.save(second, NOON);
    await checkpoints.save(first, NOON);
    expect((await checkpoints.find(selection))?.checkpoint).toEqual(second);
  });

  it.each(['finished', 'forgotten'])('a checkpoint is not found after it is %s', async (end) => {
    const selection = aSelection();
    const checkpoint = aCheckpoint(selection);
    await checkpoints.save(checkpoint, NOON);
    if (end === 'forgotten') await checkpoints.forget(checkpoint);
    else await checkpoints.save({ ...checkpoint, outcome: 'backfill.finished' }, NOON);
    expect(await checkpoints.find(selection)).toBeUndefined();
  });

  it('a checkpoint expires like every job, counted from its last save', async () => {
    const checkpoint = aCheckpoint(aSelection());
    await checkpoints.save(checkpoint, NOON);
    const { Item } = await client.send(
      new GetCommand({ TableName: 'JobsTable', Key: { timestamp: checkpoint.timestamp } }),
    );
    expect(Item).toMatchObject({ saved_at: iso(NOON), expires_at: (NOON + 90 * DAY) / 1_000 });
  });

  it('a checkpoint does not count as a poll', async () => {
    await checkpoints.save({ ...aCheckpoint(aSelection()), outcome: 'backfill.finished' }, NOON);
    expect(await createJobsTable(client, 'JobsTable', 90).lastFinished()).toBeUndefined();
  });
});

describe('a stack', () => {
  const cloudFormation = mockClient(CloudFormationClient);
  afterAll(() => cloudFormation.restore());

  const refusal = async (parameters: Readonly<Record<string, string>>, ...args: string[]) => {
    cloudFormation.on(DescribeStacksCommand).resolves({
      Stacks: [
        {
          StackName: 'OrderReplication-dev',
          CreationTime: new Date(0),
          StackStatus: 'UPDATE_COMPLETE',
          Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
            ParameterKey,
            ParameterValue,
          })),
          Outputs: ['BigCommerceSecretArn', 'WebhookSecretArn'].map((OutputKey) => ({
            OutputKey,
            OutputValue: 'arn',
          })),
        },
      ],
    });
    return runCommand(backfill, ['--from', '2025-01-01', '--region', 'eu-west-1', ...args]).then(
      () => 'not refused',
      (error: unknown) => (error as Error).message,
    );
  };

  it.each([
    [
      'whose worker would move statuses on',
      { Paused: 'false' },
      [],
      'Deploy this version first: npx order-replication deploy --stage dev --region eu-west-1',
    ],
    [
      'that moves no status on, if that is asked for',
      { ReadConsignments: 'true', AdvanceOrders: 'false' },
      ['--advance'],
      'because AdvanceOrders is false. Omit --advance.',
    ],
    [
      'that is paused',
      { ReadConsignments: 'true', Paused: 'true' },
      [],
      'Resume it first: npx order-replication resume --stage dev --region eu-west-1',
    ],
  ])('a stack is refused %s', async (_, parameters, args, message) => {
    expect(await refusal(parameters, ...args)).toContain(message);
  });
});
