// What CloudFormation calls for each resource type of cloudformation/stack.json and delivery.json, in stage dev of MiniStack's account:
// the handlers of the types' registry schemas (`aws cloudformation describe-type`), less what belongs to properties
// that the template does not use (managed policies, encryption of tables, imports from S3, code signing …).

const place = 'us-east-1:000000000000';
const stack = 'OrderReplication-dev';
const named = (service: string, path: string) => `arn:aws:${service}:${place}:${path}`;
const role = `arn:aws:iam::000000000000:role/${stack}-ProcessOrders`;
const boundary = 'arn:aws:iam::000000000000:policy/OrderReplicationBootstrap-dev-Functions';
const func = named('lambda', `function:${stack}-ProcessOrders`);
const logGroup = named('logs', `log-group:/order-replication/${stack}/ProcessOrders`);
const api = 'arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5';
const key = named('kms', 'key/6f1c6d1e-0000-4000-8000-000000000000');
/** By its logical id, as CloudFormation names it today; and with the stack's name first, as it names other types. */
const secrets = ['BigCommerceSecret', 'ErpSecret', `${stack}-BigCommerceSecret`].map((name) =>
  named('secretsmanager', `secret:${name}-Ab3dEf6hIjKl-x1Y2z3`),
);

export interface Calls {
  readonly resource: string;
  readonly actions: readonly string[];
  /** The condition under which they are granted; MiniStack's simulator knows only aws:ResourceAccount. */
  readonly onlyIf?: Readonly<Record<string, string | readonly string[]>>;
}

const calls = (service: string, names: string, resource: string, onlyIf?: Calls['onlyIf']): Calls => ({
  resource,
  actions: names.split(' ').map((name) => `${service}:${name}`),
  ...(onlyIf && { onlyIf }),
});

const ofOurStacks = { 'aws:ResourceTag/aws:cloudformation:stack-name': [stack, `${stack}-Delivery`] };
const ofOurStack = { 'aws:ResourceTag/aws:cloudformation:stack-name': stack };
const passedToLambda = calls('iam', 'PassRole', role, { 'iam:PassedToService': 'lambda.amazonaws.com' });
const partsOfApi = [calls('apigateway', 'GET POST PUT PATCH DELETE', `${api}/stages/dev`, ofOurStack)];
const tagsOfApi = calls(
  'apigateway',
  'GET POST PUT DELETE',
  'arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fa1b2c3d4e5',
);

export const callsFor: Readonly<Record<string, readonly Calls[]>> = {
  'AWS::ApiGateway::Deployment': partsOfApi,
  'AWS::ApiGateway::Method': partsOfApi,
  'AWS::ApiGateway::Resource': partsOfApi,
  'AWS::ApiGateway::RestApi': [
    calls('apigateway', 'POST', 'arn:aws:apigateway:us-east-1::/restapis'),
    calls('apigateway', 'GET PUT PATCH DELETE', api, ofOurStack),
    tagsOfApi,
  ],
  'AWS::ApiGateway::Stage': [...partsOfApi, tagsOfApi],
  'AWS::CloudWatch::Alarm': [
    calls(
      'cloudwatch',
      'PutMetricAlarm DeleteAlarms ListTagsForResource TagResource UntagResource',
      named('cloudwatch', `alarm:${stack}-Dead Letter Queue Message Count > 0`),
    ),
    calls('cloudwatch', 'DescribeAlarms', named('cloudwatch', 'alarm:*')),
  ],
  'AWS::CloudWatch::Dashboard': [
    calls(
      'cloudwatch',
      'PutDashboard GetDashboard DeleteDashboards ListTagsForResource TagResource UntagResource',
      `arn:aws:cloudwatch::000000000000:dashboard/${stack}`,
    ),
  ],
  'AWS::DynamoDB::Table': [
    calls(
      'dynamodb',
      [
        'CreateTable UpdateTable DeleteTable DescribeTable DescribeTimeToLive UpdateTimeToLive',
        'DescribeContinuousBackups UpdateContinuousBackups DescribeContributorInsights GetResourcePolicy',
        'DescribeKinesisStreamingDestination ListTagsOfResource TagResource UntagResource',
      ].join(' '),
      named('dynamodb', `table/${stack}-Jobs`),
    ),
    calls(
      'dynamodb',
      'DescribeContributorInsights',
      named('dynamodb', `table/${stack}-Jobs/index/ByOutcome`),
    ),
  ],
  'AWS::Events::Rule': [
    calls(
      'events',
      'PutRule DescribeRule DeleteRule PutTargets RemoveTargets ListTargetsByRule ListTagsForResource TagResource UntagResource',
      named('events', `rule/${stack}-PollForNewOrdersRule-1ABCDEFGHIJKL`),
    ),
  ],
  'AWS::IAM::Role': [
    calls(
      'iam',
      [
        'GetRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole GetRolePolicy DeleteRolePolicy',
        'ListRolePolicies ListAttachedRolePolicies ListRoleTags TagRole UntagRole',
      ].join(' '),
      role,
    ),
    calls('iam', 'CreateRole PutRolePolicy PutRolePermissionsBoundary', role, {
      'iam:PermissionsBoundary': boundary,
    }),
  ],
  'AWS::KMS::Key': [
    calls('kms', 'CreateKey', '*'),
    calls(
      'kms',
      [
        'DescribeKey GetKeyPolicy PutKeyPolicy GetKeyRotationStatus EnableKeyRotation DisableKeyRotation EnableKey',
        'DisableKey UpdateKeyDescription ListResourceTags TagResource UntagResource ScheduleKeyDeletion',
      ].join(' '),
      key,
    ),
  ],
  'AWS::Lambda::EventInvokeConfig': [
    calls(
      'lambda',
      'PutFunctionEventInvokeConfig GetFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig',
      func,
    ),
  ],
  'AWS::Lambda::EventSourceMapping': [
    calls('lambda', 'CreateEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping', '*', {
      'lambda:FunctionArn': named('lambda', `function:${stack}-*`),
    }),
    calls(
      'lambda',
      'GetEventSourceMapping ListTags TagResource UntagResource',
      named('lambda', 'event-source-mapping:6f1c6d1e-0000-4000-8000-000000000000'),
    ),
  ],
  'AWS::Lambda::Function': [
    calls(
      'lambda',
      [
        'CreateFunction GetFunction UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction',
        'PutFunctionConcurrency DeleteFunctionConcurrency GetFunctionCodeSigningConfig GetFunctionRecursionConfig',
        'GetFunctionScalingConfig GetRuntimeManagementConfig ListTags TagResource UntagResource',
      ].join(' '),
      func,
    ),
    calls(
      's3',
      'GetObject',
      'arn:aws:s3:::order-replication-dev-000000000000-us-east-1/v-1/get-new-orders.zip',
      { 'aws:ResourceAccount': '000000000000' },
    ),
    // For a function in a private network.
    calls('ec2', 'DescribeSecurityGroups DescribeSubnets DescribeVpcs', '*'),
    passedToLambda,
  ],
  'AWS::Lambda::Permission': [calls('lambda', 'AddPermission RemovePermission GetPolicy', func)],
  'AWS::Logs::LogGroup': [
    calls(
      'logs',
      'CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy GetDataProtectionPolicy ListTagsForResource TagResource UntagResource',
      logGroup,
    ),
    calls('logs', 'DescribeLogGroups DescribeIndexPolicies DescribeResourcePolicies', '*'),
  ],
  'AWS::Logs::QueryDefinition': [
    calls('logs', 'PutQueryDefinition DescribeQueryDefinitions DeleteQueryDefinition', '*'),
  ],
  'AWS::SecretsManager::Secret': [
    ...secrets.flatMap((secret) => [
      calls(
        'secretsmanager',
        'CreateSecret DescribeSecret UpdateSecret DeleteSecret TagResource UntagResource',
        secret,
      ),
      calls('secretsmanager', 'GetSecretValue', secret, ofOurStacks),
    ]),
    calls('secretsmanager', 'GetRandomPassword', '*'),
  ],
  'AWS::SNS::Topic': [
    calls(
      'sns',
      [
        'CreateTopic GetTopicAttributes SetTopicAttributes DeleteTopic Subscribe Unsubscribe GetDataProtectionPolicy',
        'ListSubscriptionsByTopic ListTagsForResource TagResource UntagResource',
      ].join(' '),
      named('sns', `${stack}-ApplicationErrors`),
    ),
  ],
  'AWS::SQS::Queue': [
    calls(
      'sqs',
      'CreateQueue GetQueueUrl GetQueueAttributes SetQueueAttributes DeleteQueue ListQueueTags TagQueue UntagQueue',
      named('sqs', `${stack}-Orders`),
    ),
  ],
  'AWS::SQS::QueuePolicy': [calls('sqs', 'SetQueueAttributes', named('sqs', `${stack}-Orders`))],
};
