// Polls the store of a deployed service once.
import { pollData, pollLines, pollOnce } from '../../service/poll-once';
import { withService } from '../../service/service';
import type { ServiceOptions } from '../../service/service-options';
import type { Print, Report } from '../../terminal/command';

/** Throws CommandError if the poll fails or does not start. */
export function poll(options: ServiceOptions, note: Print): Promise<Report> {
  return withService(options, async (service) => {
    const job = await pollOnce(service, note);
    return { data: pollData(job), lines: pollLines(job) };
  });
}
