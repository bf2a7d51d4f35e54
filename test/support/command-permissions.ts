// What each command needs on AWS: "action resource" as IAM knows them, `<stack>` for the stack's name. The README says the
// same to people, and test/e2e/commands sees each command do it. Those of a deploy: test/bootstrap-template.
const table = (name: string, ...actions: readonly string[]) =>
  actions.map((action) => `dynamodb:${action} table/${name === 'the copy' ? name : `<stack>-${name}`}`);
const queue = (name: string, ...actions: readonly string[]) =>
  actions.map((action) => `sqs:${action} <stack>-${name}`);
const secret = (output: string) => `secretsmanager:GetSecretValue ${output}`;
const invoke = (name: string) => `lambda:InvokeFunction function:<stack>-${name}`;

/** In addition to `cloudformation:DescribeStacks`, which all of them need. */
export const commandPermissions = {
  poll: [invoke('GetNewOrders')],
  audit: [invoke('AuditOrders')],
  webhook: [secret('BigCommerceSecretArn'), secret('WebhookSecretArn')],
  'dead-letters': [
    ...table('Ledger', 'BatchGetItem'),
    ...queue('Orders-DeadLetterQueue', 'ReceiveMessage', 'ChangeMessageVisibility', 'DeleteMessage'),
    ...queue('Orders', 'SendMessage'),
  ],
  backfill: [
    secret('BigCommerceSecretArn'),
    ...table('Ledger', 'BatchGetItem', 'UpdateItem'),
    ...table('Jobs', 'GetItem', 'PutItem', 'DeleteItem'),
    ...table('Jobs/index/ByOutcome', 'Query'),
    ...queue('Orders', 'SendMessage'),
  ],
  'orders erase': [
    ...table('Orders', 'Scan', 'GetItem', 'PutItem'),
    ...table('Ledger', 'UpdateItem'),
    ...table('OrderParts', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
    ...table('Webhooks', 'Query', 'UpdateItem'),
  ],
  restore: [
    ...table('the copy', 'DescribeTable', 'Scan'),
    ...['Orders', 'OrderParts', 'Ledger', 'Jobs', 'Webhooks'].flatMap((name) =>
      table(name, 'DescribeTable', 'PutItem'),
    ),
    ...table('Ledger', 'BatchGetItem'),
    ...table('Orders', 'BatchGetItem'),
  ],
} as const;

export type CommandName = keyof typeof commandPermissions;

/** The same of the commands for the delivery into an ERP, whose stack stands next to that of the service. */
export const deliveryCommandPermissions = {
  deliveries: [
    ...table('Deliveries', 'GetItem', 'UpdateItem'),
    ...table('Deliveries/index/ByState', 'Query'),
    ...queue('Deliveries', 'SendMessage'),
    invoke('DeliverOrders'),
    invoke('QueueDeliveries'),
  ],
  erp: [invoke('DeliverOrders'), ...table('Ledger/index/ByState', 'Query')],
} as const;
