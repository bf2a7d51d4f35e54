// deploy: deploys the service to AWS, or updates it.
import { defineCommand } from '../../terminal/command';
import { deployOptions } from './options';

export const deploy = defineCommand({
  name: 'deploy',
  summary: 'Build the packages, upload them, and create or update the stack or stacks',
  description:
    'Every parameter except Paused is also read from the environment: PollingInterval from $POLLING_INTERVAL, and ' +
    'so on. On an update, a parameter that is not given keeps its value, and CloudFormation keeps its role; ' +
    '--parameter Name= makes a value empty. Without a value, ReserveConcurrency is false if the account cannot ' +
    'reserve 3 concurrent executions, else true. With --with delivery, the stack that delivers the orders into an ' +
    'ERP is deployed after that of the replication; a deploy without it leaves that stack unchanged. A parameter ' +
    'that both templates have applies to both stacks.',
  options: deployOptions,
  examples: [
    'deploy --stage dev --bucket my-packages --email ops@example.com',
    'deploy --stage prod --parameter PollingInterval=30',
    'deploy --stage dev --with delivery --parameter ErpAdapter=tryton --parameter ErpUrl=https://erp.example.com',
  ],
  run: async (options, { note }) => (await import('./run')).runDeploy(options, note),
});
