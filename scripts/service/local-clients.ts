// AWS clients that speak to MiniStack and to nothing else, whatever profile, key or endpoint this shell has.
import { createClients, type Clients } from './clients';

export type LocalClients = Clients;

export function localClients(endpoint: string): LocalClients {
  return createClients({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  });
}
