// docs/erp/mapping.md: every entry of the mapping, as its schema describes it.
import { isRow } from '../lambda/shared/runtime/json';
import type { Row } from '../lambda/shared/runtime/json';

const introduction = `# Mapping

Generated from \`erp/mapping.schema.json\`: \`node tools/run.mjs generate-docs\` writes this page.

The mapping says which names of the ERP stand for those of the store. It is one file, [\`erp/mapping.json\`](../../erp/mapping.json), whose \`$schema\` lets editors complete and check it.
[\`build\`](../cli.md#build) and [\`deploy\`](../cli.md#deploy) write it into the packages, so that code and mapping are deployed and rolled back together; \`--mapping <file>\` takes another file.
They refuse a mapping with mistakes before anything is built, and name each of them with its place.
`;

const rules = `## Rules

- \`shippingMethods\`, \`currencies\`, \`paymentMethods\` and \`channels\` are ordered rules. The first rule that matches decides, and the last one is \`else\`.
- Texts are compared without case, and without the blanks at their ends. A \`*\` at the end of a text matches any rest.
- \`hold\` as a value holds the order, with a reason, until a person or a new mapping decides.
- Names and codes are those that people see in the ERP, never ids of its database.
- Every entry is required unless it says otherwise. An unknown entry is refused, and so is a rule that can never match.
- A new mapping makes held orders due again. It does not change a sales order that is delivered.
`;

/** The page's text; `example` is the mapping to show. Throws for an entry without description or example. */
export function mappingPage(schema: unknown, example: string): string {
  return [
    introduction,
    rules,
    '## An example\n',
    codeOf(example),
    '## Entries\n',
    ...entriesOf(rowOf(schema)).flatMap(sectionOf),
  ].join('\n');
}

interface Entry {
  readonly name: string;
  readonly meaning: string;
  readonly examples: readonly unknown[];
  readonly schema: Row;
}

/** The entries of an object of the schema. */
function entriesOf({ properties, required }: Row): readonly Entry[] {
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  return Object.entries(isRow(properties) ? properties : {}).map(([name, value]) => {
    const { description, examples, ...schema } = rowOf(value);
    if (typeof description !== 'string' || !Array.isArray(examples)) {
      throw new Error(`The schema has no description or no examples of ${name}.`);
    }
    return { name, meaning: isRequired(name) ? description : `Optional. ${description}`, examples, schema };
  });
}

function sectionOf({ name, meaning, examples, schema }: Entry): readonly string[] {
  const inner = entriesOf(schema);
  return [
    `### ${name}\n`,
    `${meaning}\n`,
    ...examples.map((one) => codeOf(JSON.stringify({ [name]: one }))),
    ...(inner.length === 0 ? [] : ['| entry | meaning | example |', '| --- | --- | --- |']),
    ...inner.map(rowOfTable),
    '',
  ];
}

const rowOfTable = ({ name, meaning, examples }: Entry) =>
  `| \`${name}\` | ${cell(meaning)} | ${examples.map((one) => `\`${cell(JSON.stringify(one))}\``).join(' or ')} |`;

const codeOf = (json: string) => `\`\`\`json\n${json.trim()}\n\`\`\`\n`;

/** Text that a cell of a Markdown table can hold. */
const cell = (text: string) => text.replaceAll('|', '\\|');

function rowOf(value: unknown): Row {
  if (!isRow(value)) throw new Error('The schema of the mapping has something else where an object must be.');
  return value;
}
