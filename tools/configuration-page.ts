// docs/configuration.md: all parameters of the templates, as the templates themselves describe them.
import type { Template } from '../scripts/stack/template';

/** A parameter as a template declares it. */
interface Parameter {
  readonly Type: string;
  readonly Description?: string;
  readonly Default?: string | number;
  readonly NoEcho?: boolean;
  readonly AllowedValues?: readonly (string | number)[];
  readonly MinValue?: number;
  readonly MaxValue?: number;
  readonly ConstraintDescription?: string;
}

interface Described {
  readonly Parameters: Readonly<Record<string, Parameter>>;
  readonly Metadata: {
    readonly 'AWS::CloudFormation::Interface': {
      readonly ParameterGroups: readonly {
        readonly Label: { readonly default: string };
        readonly Parameters: readonly string[];
      }[];
    };
  };
}

const introduction = `# Configuration

Generated from the templates: \`node tools/run.mjs generate-docs\` writes this page.

[\`deploy\`](cli.md#deploy) takes a parameter as \`--parameter Name=value\`, in a GitHub environment it is a variable, and the AWS console asks for it by its label.
A parameter without a default is required. An update keeps the value of each parameter that you do not name.
`;

/** The page's text. Every parameter of a template is in one of its groups, else it throws. */
export function configurationPage(stack: Template, delivery: Template, bootstrap: Template): string {
  return [
    introduction,
    '## The stack of the service\n',
    ...groupsOf(stack),
    '## The stack of the delivery into an ERP\n',
    'Added by `npx order-replication deploy --stage prod --with delivery`. `ReplicationStackName` and the packages are set by the deploy; `PermissionsBoundaryArn` and `CreateSavedQueries` are first those of the replication. A parameter that both templates have is given to both stacks.\n',
    ...groupsOf(delivery),
    '## The bootstrap stack\n',
    'One per stage and account, made by `npx order-replication bootstrap`.\n',
    ...groupsOf(bootstrap),
  ].join('\n');
}

function groupsOf(template: Template): readonly string[] {
  const { Parameters, Metadata } = template as unknown as Described;
  const { ParameterGroups } = Metadata['AWS::CloudFormation::Interface'];
  const grouped = new Set(ParameterGroups.flatMap((group) => group.Parameters));
  const missing = Object.keys(Parameters).filter((name) => !grouped.has(name));
  if (missing.length > 0) throw new Error(`In no parameter group of the template: ${missing.join(', ')}.`);
  return ParameterGroups.flatMap(({ Label, Parameters: names }) => [
    `### ${Label.default}\n`,
    '| parameter | default | meaning |',
    '| --- | --- | --- |',
    ...names.map((name) => rowOf(name, Parameters[name])),
    '',
  ]);
}

function rowOf(name: string, parameter: Parameter | undefined): string {
  if (parameter === undefined) throw new Error(`A group names the parameter ${name}, which does not exist.`);
  const { Description = '', ConstraintDescription = '', NoEcho = false } = parameter;
  const meaning = [
    Description,
    ConstraintDescription === '' ? '' : `It ${ConstraintDescription}`,
    NoEcho ? 'CloudFormation does not show it.' : '',
  ].filter((sentence) => sentence !== '');
  return `| \`${name}\` | ${defaultOf(parameter)} | ${cell(meaning.join(' '))} |`;
}

function defaultOf({ Default }: Parameter): string {
  if (Default === undefined) return 'required';
  return Default === '' ? 'empty' : `\`${Default}\``;
}

/** Text that a cell of a Markdown table can hold. */
const cell = (text: string) => text.replaceAll(/[|<>*_]/g, (character) => `\\${character}`);
