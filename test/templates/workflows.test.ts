// What the linters cannot know of the workflows: who may do what, which branch goes where, and that everything the
// template wants is handed over.
import { spawnSync } from 'node:child_process';

import { deployOptions, deployRequest } from '../../scripts/commands/deploy/options';
import { parseOptions } from '../support/run-command';
import { readTemplates } from '../../scripts/stack/service-stacks';
import packageJson from '../../package.json';
import { applies, evaluated, readWorkflow, runStep, stepsOf, workflowText } from '../support/workflow-files';
import type { Contexts } from '../support/workflow-files';

const workflows = ['check', 'deploy'] as const;
const check = readWorkflow('check');
const deploy = readWorkflow('deploy');

const nothing: Contexts = { vars: {}, secrets: {}, needs: {} };
const actionSteps = (action: string) =>
  [check, deploy].flatMap(stepsOf).filter(({ uses }) => uses?.startsWith(`${action}@`));
const deployStep = stepsOf(deploy).find(({ name }) => name === 'Deploy')!;
const handedOver = deployStep.env!;

describe.each(workflows)('%s.yml', (name) => {
  const workflow = readWorkflow(name);

  it('a workflow uses known actions only, each pinned by the hash of a version', () => {
    const known = ['actions/checkout', 'actions/setup-node', 'actions/setup-python'];
    const pinned = /^([\w/-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    const used = [...workflowText(name).matchAll(/uses: (?!\.\/)(.*)/g)].map(([, action]) => action!);
    const names = used.map((action) => pinned.exec(action)?.[1] ?? `not pinned: ${action}`);
    expect([...known, 'aws-actions/configure-aws-credentials']).toEqual(expect.arrayContaining(names));
    expect(used).toHaveLength(stepsOf(workflow).filter(({ uses }) => uses !== undefined).length);
  });

  it('a workflow puts no value into the text of a shell command', () => {
    const texts = stepsOf(workflow).flatMap(({ run }) => run ?? []);
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.join('\n')).not.toContain('${{');
  });

  it('a workflow has shell commands that bash can read, and that stop at the first failure', () => {
    expect(workflow.defaults).toEqual({ run: { shell: 'bash' } });
    for (const { run: input } of stepsOf(workflow)) {
      if (input !== undefined) expect(spawnSync('bash', ['-n'], { input }).status).toBe(0);
    }
  });

  it('a workflow grants rights only to the job that needs them', () => {
    expect(workflow.permissions).toEqual({});
    const granted = Object.entries(workflow.jobs).map(([job, { permissions }]) => [job, permissions]);
    expect(Object.fromEntries(granted)).toEqual(
      name === 'check'
        ? { check: { contents: 'read' } }
        : { stage: {}, check: { contents: 'read' }, deploy: { contents: 'read', 'id-token': 'write' } },
    );
  });

  it('a workflow ends every job that hangs', () => {
    const own = Object.values(workflow.jobs).filter(({ uses }) => uses === undefined);
    expect(own.every((job) => job['timeout-minutes'] !== undefined)).toBe(true);
  });
});

it('the checks get 45 minutes, and a deploy gets longer', () => {
  expect(check.jobs['check']!['timeout-minutes']).toBe(45);
  expect(deploy.jobs['deploy']!['timeout-minutes']).toBeGreaterThan(45);
});

it('no workflow leaves a token in the checkout or installs from a shared cache', () => {
  const [checkouts, nodes] = [actionSteps('actions/checkout'), actionSteps('actions/setup-node')];
  expect(checkouts.map((step) => step.with)).toEqual(Array(2).fill({ 'persist-credentials': false }));
  expect(nodes.map((step) => step.with?.['package-manager-cache'])).toEqual([false, false]);
});

// Not run here: it is what runs this test.
it('the workflows check by the command that contributors use', () => {
  expect(stepsOf(check).map(({ run }) => run)).toContain('npm run check');
  expect(packageJson.scripts.check.split(' && ')).toEqual([
    'npm test',
    'npm test -- --config jest.slow.config.mjs',
    'npm run lint',
  ]);
});

it('every push is checked once, on deployed branches before the deploy', () => {
  expect(check.on['push']).toEqual({ 'branches-ignore': deploy.on['push']!['branches'] });
  expect(deploy.jobs['check']!.uses).toBe('./.github/workflows/check.yml');
  expect(deploy.jobs['deploy']!.needs).toContain('check');
});

it('the check of a push is cancelled when the next one comes, and a deploy never is', () => {
  expect(check.concurrency).toEqual({ group: 'check-${{ github.ref }}', 'cancel-in-progress': true });
  expect(deploy.jobs['deploy']!.concurrency).toEqual({
    group: 'deploy-${{ needs.stage.outputs.stage }}',
    'cancel-in-progress': false,
  });
  expect(deploy.concurrency).toBeUndefined();
});

describe('the stage of a workflow', () => {
  const stageOf = (ref: string) => runStep(deploy.jobs['stage']!.steps![0]!, nothing, { GITHUB_REF: ref });

  it.each([
    ['dev', 'dev'],
    ['staging', 'staging'],
    ['main', 'prod'],
    ['master', 'prod'],
  ])('the stage of branch %s is %s', async (branch, stage) => {
    expect(deploy.on['push']!['branches']).toContain(branch);
    expect(await stageOf(`refs/heads/${branch}`)).toMatchObject({ code: 0, output: `stage=${stage}\n` });
  });

  it.each(['refs/heads/feature', 'refs/tags/main', 'refs/pull/1/merge', 'refs/heads/dev\nstage=prod'])(
    'a ref that is no deployed branch (%j) has no stage, and the job says so',
    async (ref) => {
      const { code, output, log } = await stageOf(ref);
      expect([code, output]).toEqual([1, '']);
      expect(log).toContain('run this on the branch dev, staging, main or master');
    },
  );

  it('the stage names the environment, whose secrets and protection rules apply to the deploy', () => {
    expect(deploy.jobs['deploy']!.environment).toBe('${{ needs.stage.outputs.stage }}');
    expect(handedOver['STAGE']).toBe('${{ needs.stage.outputs.stage }}');
  });
});

describe('the deploy job', () => {
  it('the deploy job is the only one that sees secrets', () => {
    const others = { ...deploy.jobs, deploy: undefined };
    expect(JSON.stringify([check, others])).not.toMatch(/secrets/);
  });

  it.each([
    ['with the role, if there is one', { AWS_ROLE_ARN: 'arn:x' }, 'role-to-assume'],
    ['with an access key else', {}, 'aws-access-key-id'],
  ])('the deploy job signs in to AWS %s', (_, vars, input) => {
    const signIn = actionSteps('aws-actions/configure-aws-credentials').filter((step) =>
      applies(step, { ...nothing, vars }),
    );
    expect(signIn.map((step) => Object.keys(step.with!))).toEqual([expect.arrayContaining([input])]);
  });

  it.each([
    ['true', 'deploy --stage dev --with delivery'],
    ['false', 'deploy --stage dev'],
    ['', 'deploy --stage dev'],
  ])('the deploy job with WITH_DELIVERY "%s" runs %s', async (value, command) => {
    // A program in the place of npx, which only says how it was called.
    const said = `npx() { echo "called: $*"; }\n${deployStep.run!}`;
    const contexts = { ...nothing, vars: { WITH_DELIVERY: value }, needs: { 'stage.outputs.stage': 'dev' } };
    const { code, log } = await runStep({ ...deployStep, run: said }, contexts, {});
    expect([code, log.trim()]).toEqual([0, `called: order-replication ${command}`]);
  });

  it('the deploy job passes every parameter of the templates, by the name that the deploy reads', async () => {
    const { replication, delivery } = await readTemplates();
    const parameters = Object.keys({ ...replication.Parameters, ...delivery.Parameters });
    const ownNames = Object.fromEntries(Object.keys(handedOver).map((name) => [name, name]));
    const options = await parseOptions(deployOptions, ['--stage', 'dev'], ownNames);
    const read = deployRequest(options, parameters, ownNames);
    const others = [
      'StageName',
      'ReplicationStackName',
      'LambdaDeploymentPackagesBucketName',
      'LambdaDeploymentPackagesPrefix',
      'Paused',
    ];
    expect([...Object.keys(read.parameters!), ...others].sort()).toEqual([...parameters].sort());
    expect(
      [
        ...Object.values(read.parameters!),
        'STAGE',
        'WITH_DELIVERY',
        'AWS_DEPLOYMENT_BUCKET',
        'AWS_CLOUDFORMATION_ROLE_ARN',
      ].sort(),
    ).toEqual(Object.keys(handedOver).sort());
  });

  it('the deploy job takes each parameter from the secret or variable of the same name, and confidential ones from a secret', () => {
    const { STAGE: _, ...rest } = handedOver;
    const sources = Object.entries(rest).map(([name, text]) => {
      const contexts = { ...nothing, vars: { [name]: 'vars' }, secrets: { [name]: 'secrets' } };
      return [name, evaluated(text, contexts)] as const;
    });
    expect(sources.filter(([, source]) => source === '')).toEqual([]);
    expect(sources.flatMap(([name, source]) => (source === 'secrets' ? name : [])).sort()).toEqual([
      'BIGCOMMERCE_CLIENT_ID',
      'BIGCOMMERCE_CLIENT_SECRET',
      'BIGCOMMERCE_STORE_HASH',
      'BIGCOMMERCE_TOKEN',
      'ERP_CREDENTIALS',
      'EXCEPTIONS_EMAIL_ADDRESS',
    ]);
  });
});
