// Builds the packages and uploads them with the templates.
import { build, packageLines } from '../../packages/build';
import { s3Client, upload } from '../../packages/upload';
import type { Print, Report } from '../../terminal/command';
import { UsageError } from '../../terminal/command-error';
import { namedValues } from '../../terminal/table';

export interface UploadRequest {
  readonly region: string | undefined;
  /** The file of the mapping; erp/mapping.json if undefined. */
  readonly mapping: string | undefined;
}

/** The bucket defaults to $AWS_DEPLOYMENT_BUCKET. Throws CommandError for a problem that the user can fix. */
export async function buildAndUpload(
  bucket = process.env['AWS_DEPLOYMENT_BUCKET'] ?? '',
  { region, mapping }: UploadRequest,
  note: Print,
): Promise<Report> {
  if (bucket === '')
    throw new UsageError("missing argument 'bucket': name the bucket, or set AWS_DEPLOYMENT_BUCKET");
  for (const line of packageLines(await build({ mapping }))) note(line);
  const s3 = s3Client(region);
  const replication = await upload({ bucket, s3, print: note });
  const delivery = await upload({ bucket, kind: 'delivery', s3, print: note });
  return {
    data: { ...replication, added: { delivery } },
    lines: namedValues({
      LambdaDeploymentPackagesPrefix: replication.prefix,
      Template: replication.templateUrl,
      'LambdaDeploymentPackagesPrefix of the delivery': delivery.prefix,
      'Template of the delivery': delivery.templateUrl,
    }),
  };
}
