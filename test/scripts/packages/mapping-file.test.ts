// Files that hold a mapping, and files that do not.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import example from '../../../erp/mapping.json';
import { mappingFile, readMapping } from '../../../scripts/packages/mapping-file';
import { CommandError } from '../../../scripts/terminal/command-error';

describe('readMapping', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mapping-'));
    file = join(folder, 'mapping.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The message for a file with this content, without the file's name. */
  async function refusal(content: string | Uint8Array): Promise<readonly string[]> {
    writeFileSync(file, content);
    return (await messageOf(file)).split('\n  ').slice(1);
  }

  async function messageOf(name: string): Promise<string> {
    const error: unknown = await readMapping(name).then(
      () => new Error('The file was read.'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CommandError);
    return (error as CommandError).message;
  }

  it('without a name, the project’s own mapping is read', async () => {
    const { $schema, ...mapping } = example;
    expect(await readMapping()).toEqual({
      mapping,
      digest: expect.stringMatching(/^[\da-f]{16}$/) as string,
    });
    expect(await readMapping(mappingFile)).toEqual(await readMapping());
  });

  it('a mapping with a byte order mark and the line ends of Windows is the same mapping', async () => {
    writeFileSync(file, `\uFEFF${JSON.stringify(example, null, 2).replaceAll('\n', '\r\n')}`);
    expect(await readMapping(file)).toEqual(await readMapping());
  });

  it('every mistake of the mapping is named with its place', async () => {
    const { version, ...others } = example;
    const tax = { ...example.tax, owner: 'erp', codes: [] };
    expect(await refusal(JSON.stringify({ ...others, tax, channels: [] }))).toEqual([
      'version is missing: it must be 1.',
      'tax.owner must be "store".',
      'tax.codes is unknown: use owner, tolerance, roundingItem.',
      'channels must end with { "else": … }, for what no rule matches.',
    ]);
    expect(await messageOf(file)).toContain(`The mapping ${file} cannot be used:\n  version is missing`);
  });

  it('a file that is not JSON is refused with line and column', async () => {
    expect(await refusal('{\n  "version": 1,\n  version: 2\n}')).toEqual([
      'line 3, column 3 must be a name in double quotes.',
    ]);
  });

  it('an entry that is there twice is refused, because one of the two would have no effect', async () => {
    const text = JSON.stringify(example, null, 2).replace('"version": 1', '"version": 1,\n  "version": 1');
    expect(await refusal(text)).toEqual(['line 4, column 3 is a name that this object has already.']);
  });

  it.each([
    ['an empty file', '', 'line 1, column 1 must be a value.'],
    [
      'a file with NUL in a name',
      '{"a\u0000": 1}',
      'line 1, column 2 must be a name in double quotes or "}".',
    ],
    ['a file of a million levels', '['.repeat(999_999), 'line 1, column 1000000 must be a value or "]".'],
    ['a list', '[]', 'The mapping must be an object with entries.'],
    [
      'a file in UTF-16',
      Buffer.from('{}', 'utf16le'),
      'line 1, column 2 must be a name in double quotes or "}".',
    ],
    ['a file in Latin-1', Buffer.from('{"ä": 1}', 'latin1'), 'It must be a text in UTF-8.'],
    ['a file of 1 MB', ' '.repeat(1_000_001), 'It has 1000001 bytes. A mapping has at most 1000000 bytes.'],
  ])('%s is refused', async (_, content, problem) => {
    expect(await refusal(content)).toEqual([problem]);
  });

  it('a name with control characters cannot reach the terminal', async () => {
    const rename = { 'a\u001b[31m\u202e': 7 };
    const text = JSON.stringify({ ...example, items: { ...example.items, rename } });
    const problems = await refusal(text);
    expect(problems.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(problems[0]).toMatch(/^items\.rename\["a/);
  });

  it('of more than a hundred problems, a hundred are shown and the others counted', async () => {
    const rename = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`entry${n}`, n]));
    const problems = await refusal(JSON.stringify({ ...example, items: { ...example.items, rename } }));
    expect(problems).toHaveLength(101);
    expect(problems[100]).toBe('… and 50 more.');
  });

  it('a file that does not exist, a folder and a pipe are refused', async () => {
    expect(await messageOf(join(folder, 'none.json'))).toMatch(/It cannot be read: .*ENOENT/);
    expect(await messageOf(folder)).toContain('It is not a file.');
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await messageOf(pipe)).toContain('It is not a file.');
  });
});
