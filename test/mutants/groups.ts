// The tests that must notice a broken rule: those of single rules, and the stories. Each group must do without the other.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One run of jest. */
export interface TestRun {
  readonly config: 'jest.config.mjs' | 'jest.slow.config.mjs';
  /** Of the paths of test files. Each must match one: a pattern that matches none hides that its tests have moved. */
  readonly patterns: readonly string[];
  readonly ignored?: readonly string[];
}

export const GROUPS: Readonly<Record<'rules' | 'stories', readonly TestRun[]>> = {
  rules: [
    {
      config: 'jest.config.mjs',
      patterns: [
        'test/lambda/',
        'test/scripts/service/',
        'test/scripts/commands/backfill/',
        'test/scripts/commands/deploy/deploy\\.test\\.ts$',
        'test/scripts/commands/orders/',
        'test/scripts/commands/restore/',
        'test/scripts/commands/permissions\\.test\\.ts$',
        'test/stories/[a-z-]+\\.test\\.ts$',
      ],
      ignored: [
        'test/stories/survival\\.',
        'test/stories/delivery-survival\\.',
        'test/stories/quota-shared\\.',
      ],
    },
  ],
  stories: [
    {
      config: 'jest.slow.config.mjs',
      patterns: ['test/stories/survival\\.', 'test/stories/quota-shared\\.'],
    },
    {
      config: 'jest.config.mjs',
      patterns: ['test/stories/quota-shared\\.', 'test/stories/delivery-survival\\.'],
    },
  ],
};

/** The patterns that match no test file of the project in `root`. */
export function patternsWithoutTests(root: string): readonly string[] {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).map(
    (file) => `test/${file.replaceAll('\\', '/')}`,
  );
  return [...GROUPS.rules, ...GROUPS.stories].flatMap(({ config, patterns, ignored = [] }) => {
    const ending = config === 'jest.config.mjs' ? /^(?!.*\.slow\.).*\.test\.ts$/ : /\.slow\.test\.ts$/;
    const tests = files.filter((file) => ending.test(file));
    return [...patterns, ...ignored].filter(
      (pattern) => !tests.some((file) => new RegExp(pattern).test(file)),
    );
  });
}

/** The command line by which jest runs them. */
export const jestArguments = ({ config, patterns, ignored = [] }: TestRun): readonly string[] => [
  `--config=${config}`,
  ...patterns.map((pattern) => `--testPathPatterns=${pattern}`),
  // The option replaces the configuration's own list.
  ...(config === 'jest.config.mjs' ? ['\\.slow\\.test\\.ts$', ...ignored] : ignored).map(
    (pattern) => `--testPathIgnorePatterns=${pattern}`,
  ),
];
