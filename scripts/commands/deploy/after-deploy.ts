// What follows a deploy: a poll, which shows that all works and registers the webhook, and whether alerts reach somebody.
import { reportAlertAddress, sendTestAlert } from './alert-address';
import { inWords } from '../../service/aws-errors';
import type { Clients } from '../../service/clients';
import type { Values } from '../../stack/parameters';
import { pollOnce } from '../poll/command';

export interface Afterwards {
  readonly poll: boolean;
  readonly testAlert: boolean;
}

export interface Deployed {
  readonly stackName: string;
  readonly changed: boolean;
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
  const { stackName, parameters, changed } = deployed;
  if (parameters['Paused'] === 'true') {
    print(
      `${stackName} is paused: no poll and no worker runs until npm run resume -- --stack-name ${stackName}.`,
    );
  } else if (changed && poll) {
    await pollNow(deployed, clients, print);
  }
  const address = { stackName, address: parameters['ExceptionsEmailAddress'] ?? '' };
  await reportAlertAddress(address, clients, print);
  if (testAlert) await sendTestAlert(address, clients, print);
}

/** At once and not at the schedule's next hour: an alarm that is new, or was off, takes the poll for missed. Never throws. */
export async function pollNow(
  { stackName, outputs, parameters }: Omit<Deployed, 'changed'>,
  clients: Clients,
  print: Print,
): Promise<void> {
  try {
    await pollOnce({ stackName, outputs, clients }, print);
  } catch (error) {
    print(inWords(error));
    print(
      `All else is done. The next poll comes by itself within ${parameters['PollingInterval'] ?? ''} minutes, and at once by npm run poll -- --stack-name ${stackName}.`,
    );
  }
}
