// upload: builds the packages and uploads them, with the template, to a bucket.
import { mappingOption } from '../../packages/mapping-option';
import { defineCommand } from '../../terminal/command';
import { text } from '../../terminal/options';

export const upload = defineCommand({
  name: 'upload',
  summary: 'Build the packages and upload them, with the template, to a bucket',
  description:
    'For deploys with the CloudFormation console. The command "deploy" uploads the packages itself.',
  arguments: [{ name: '[bucket]', summary: 'the bucket; or $AWS_DEPLOYMENT_BUCKET' }],
  options: {
    region: text('<region>', 'the AWS region; or $AWS_REGION'),
    mapping: mappingOption,
  },
  examples: ['upload my-packages --region eu-west-1'],
  run: async (options, { note }, [bucket]) =>
    (await import('./upload')).buildAndUpload(bucket, options, note),
});
