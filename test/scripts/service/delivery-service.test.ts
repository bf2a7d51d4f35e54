// How commands find the delivery of a service, and who runs them.
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { withDelivery } from '../../../scripts/service/delivery-service';
import { personOf } from '../../../scripts/service/person';
import { localClients } from '../../../scripts/service/clients';

const options = {
  stage: 'prod',
  stackName: undefined,
  region: 'eu-west-1',
  local: false,
  awsPort: undefined,
} as const;

const missing = () => {
  mockClient(CloudFormationClient)
    .on(DescribeStacksCommand)
    .rejects(new Error('Stack with id OrderReplication-prod-Delivery does not exist'));
};

it('the delivery of a service is the stack that is named after it', async () => {
  mockClient(CloudFormationClient)
    .on(DescribeStacksCommand, { StackName: 'Shop-Delivery' })
    .resolves({
      Stacks: [
        {
          StackName: 'Shop-Delivery',
          CreationTime: new Date(0),
          StackStatus: 'CREATE_COMPLETE',
          Outputs: [{ OutputKey: 'DeliveriesTableName', OutputValue: 'Shop-Deliveries' }],
          Parameters: [{ ParameterKey: 'DeliveryMode', ParameterValue: 'shadow' }],
        },
      ],
    });
  await withDelivery({ ...options, stackName: 'Shop' }, ({ service, recommend }) => {
    expect(service).toMatchObject({
      stackName: 'Shop-Delivery',
      outputs: { DeliveriesTableName: 'Shop-Deliveries' },
      parameters: { DeliveryMode: 'shadow' },
    });
    expect(recommend('deliveries list')).toBe(
      'npx order-replication deliveries list --stack-name Shop --region eu-west-1',
    );
    return Promise.resolve();
  });
});

it('a delivery that is not deployed is named, with the command that deploys it', async () => {
  missing();
  await expect(withDelivery(options, () => Promise.resolve())).rejects.toThrow(
    'The delivery into an ERP is not deployed: there is no stack OrderReplication-prod-Delivery in eu-west-1. Deploy it: npx order-replication deploy --with delivery --stage prod --region eu-west-1.',
  );
});

it('a local run without an ERP is named, with the command that starts one with it', async () => {
  missing();
  await expect(withDelivery({ ...options, local: true }, () => Promise.resolve())).rejects.toThrow(
    'Start a local run with an ERP: npm start -- --erp tryton.',
  );
});

it('a delivery without the output of its table is deployed again', async () => {
  mockClient(CloudFormationClient)
    .on(DescribeStacksCommand)
    .resolves({ Stacks: [{ StackName: 'S', CreationTime: new Date(0), StackStatus: 'CREATE_IN_PROGRESS' }] });
  await expect(withDelivery(options, () => Promise.resolve())).rejects.toThrow(
    'OrderReplication-prod-Delivery has no output DeliveriesTableName. Deploy it again.',
  );
});

describe('who runs a command', () => {
  const clients = localClients('http://127.0.0.1:1');
  afterAll(() => clients.destroy());

  it.each([
    ['arn:aws:sts::123456789012:assumed-role/Operators/ada', 'ada'],
    ['arn:aws:iam::123456789012:user/team/ben', 'ben'],
    ['arn:aws:iam::123456789012:root', 'root'],
    ['', 'an unnamed caller'],
  ])('the caller %s is known as %s', async (Arn, person) => {
    mockClient(STSClient).on(GetCallerIdentityCommand).resolves({ Arn });
    expect(await personOf(clients, false)).toBe(person);
  });

  it('in a local run it is the user of this machine, and no call is made', async () => {
    const sts = mockClient(STSClient);
    expect(await personOf(clients, true)).toMatch(/\S/);
    expect(sts.calls()).toEqual([]);
  });
});
