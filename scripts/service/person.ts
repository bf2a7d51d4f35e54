// Who runs a command, for rows that record a person's decision.
import { userInfo } from 'node:os';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';

import type { Clients } from './clients';

/** DynamoDB has no limit here; a row is read by people. */
const MOST_CHARACTERS = 64;

/**
 * The last part of the caller's ARN, such as the session's name of an assumed role; on this machine's emulator, which knows no
 * callers, the user of the operating system. The call needs no permission.
 */
export async function personOf({ sts }: Pick<Clients, 'sts'>, local: boolean): Promise<string> {
  if (local) return localUser().slice(0, MOST_CHARACTERS);
  const { Arn = '' } = await sts.send(new GetCallerIdentityCommand());
  return (Arn.split(/[/:]/).at(-1) ?? '').slice(0, MOST_CHARACTERS) || 'an unnamed caller';
}

/** A user id without an account, as in many containers, has no name. */
function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? ''}`.trim();
  }
}
