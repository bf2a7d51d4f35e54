// The options that name the service of a command, and the same options for a recommended command.
import { PROGRAM } from '../terminal/command';
import { choice, flag, text, wholeNumber, withDefault } from '../terminal/options';
import type { OptionsOf } from '../terminal/options';
import { defaultAwsPort } from './local-endpoint';

export const stages = ['dev', 'staging', 'prod'] as const;

/** `--stage` without a default, for commands that must not choose a stage. */
export const stageOption = choice('<stage>', stages, 'the stage of the service');

export const serviceOptions = {
  stage: withDefault(stageOption, 'dev'),
  stackName: text('<name>', 'the stack, if it is not OrderReplication-<stage>'),
  region: text('<region>', 'the AWS region; or $AWS_REGION'),
  local: flag('the service that "npm start" runs on this machine, instead of one on AWS'),
  awsPort: wholeNumber('<port>', [1, 65_535], `--local on another port than ${defaultAwsPort}`),
} as const;

export type ServiceOptions = OptionsOf<typeof serviceOptions>;

/** The options that name the same service, as text. */
export function sameService({ stage, stackName, region, local, awsPort }: ServiceOptions): string {
  return [
    stackName === undefined ? `--stage ${stage}` : `--stack-name ${stackName}`,
    ...(region === undefined ? [] : [`--region ${region}`]),
    ...(local ? ['--local'] : []),
    ...(awsPort === undefined ? [] : [`--aws-port ${awsPort}`]),
  ].join(' ');
}

/** A command to recommend for the same service: `recommend('pause', options)`. */
export function recommend(command: string, options: ServiceOptions): string {
  // What runs on this machine is deployed by its start.
  const isLocalDeploy = (options.local || options.awsPort !== undefined) && /^deploy( |$)/.test(command);
  if (!isLocalDeploy) return `${PROGRAM} ${command} ${sameService(options)}`;
  return `${PROGRAM} start${command.includes('--with delivery') ? ' --erp tryton' : ''}`;
}
