// The deps of the webhook commands: the deployed service, the terminal, and the commands that they recommend.
import { withService } from '../../service/service';
import type { Service } from '../../service/service';
import { recommend } from '../../service/service-options';
import type { ServiceOptions } from '../../service/service-options';
import type { Report, Terminal } from '../../terminal/command';

export interface WebhookDeps extends Terminal {
  readonly service: Service;
  /** A command to recommend for the same service, such as `webhook list`. */
  readonly recommend: (command: string) => string;
}

/** Throws CommandError for a problem that the user can fix. */
export type WebhookFlow<R> = (request: R, deps: WebhookDeps) => Promise<Report>;

/** Passes the deps to `use`. */
export const withDeps = (
  options: ServiceOptions,
  terminal: Terminal,
  use: (deps: WebhookDeps) => Promise<Report>,
): Promise<Report> =>
  withService(options, (service) =>
    use({ ...terminal, service, recommend: (command) => recommend(command, options) }),
  );
