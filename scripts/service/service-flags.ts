// The options of a service for commands that read their own command line.
import { CommandError } from '../terminal/command-error';
import { wholeNumber } from '../terminal/arguments';
import { defaultAwsPort } from './local-endpoint';
import { stages, type ServiceOptions } from './service-options';

export const serviceFlags = {
  stage: { type: 'string', default: 'dev' },
  'stack-name': { type: 'string' },
  region: { type: 'string' },
  local: { type: 'boolean' },
  'aws-port': { type: 'string' },
} as const;

export const serviceUsage = `  --stage         dev (if left out), staging or prod
  --stack-name    OrderReplication-<stage> if left out
  --region        or $AWS_REGION
  --local         the service that "npm start" runs on this machine, instead of one on AWS
  --aws-port      where it was given another port than ${defaultAwsPort}`;

interface Values {
  readonly stage: string;
  readonly 'stack-name'?: string | undefined;
  readonly region?: string | undefined;
  readonly local?: boolean | undefined;
  readonly 'aws-port'?: string | undefined;
}

/** Throws CommandError. */
export function fromFlags({ stage, region, local = false, ...values }: Values): ServiceOptions {
  const known = stages.find((one) => one === stage);
  if (known === undefined && values['stack-name'] === undefined) {
    throw new CommandError('--stage takes dev, staging or prod. For another stack give --stack-name.');
  }
  const port = values['aws-port'];
  const awsPort = port === undefined ? undefined : wholeNumber('aws-port', port, 1, 65_535);
  return { stage: known ?? 'dev', stackName: values['stack-name'], region, local, awsPort };
}
