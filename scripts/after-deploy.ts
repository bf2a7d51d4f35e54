// What follows a deploy by hand: the first poll, which also registers the webhook, and whether alerts reach somebody.
import { reportAlertAddress, sendTestAlert } from './alert-address';
import { inWords } from './aws-errors';
import type { Clients } from './clients';
import type { Values } from './parameters';
import { pollOnce } from './poll';

export interface Afterwards {
  readonly poll: boolean;
  readonly testAlert: boolean;
}

export interface Deployed {
  readonly stackName: string;
  readonly isNew: boolean;
  readonly outputs: Values;
  readonly parameters: Values;
}

type Print = (line: string) => void;

/** Does what was asked for; throws only if a test alert was, and could not be sent. */
export async function afterDeploy(
  deployed: Deployed,
  { poll, testAlert }: Afterwards,
  clients: Clients,
  print: Print,
): Promise<void> {
  const { stackName, parameters, isNew } = deployed;
  if (parameters['Paused'] === 'true') {
    print(
      `${stackName} is paused: no poll and no worker runs until npm run resume -- --stack-name ${stackName}.`,
    );
  } else if (isNew && poll) {
    await firstPoll(deployed, clients, print);
  }
  const address = { stackName, address: parameters['ExceptionsEmailAddress'] ?? '' };
  await reportAlertAddress(address, clients, print);
  if (testAlert) await sendTestAlert(address, clients, print);
}

/** At once and not at the schedule's first hour, so that no alarm takes the poll for missed. */
async function firstPoll(
  { stackName, outputs, parameters }: Deployed,
  clients: Clients,
  print: Print,
): Promise<void> {
  try {
    await pollOnce({ stackName, outputs, clients }, print);
  } catch (error) {
    print(inWords(error));
    print(
      `${stackName} is deployed all the same. The next poll comes by itself within ${parameters['PollingInterval'] ?? ''} minutes, and at once by npm run poll -- --stack-name ${stackName}.`,
    );
  }
}
