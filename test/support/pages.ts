// The pages that people read, and what they show as code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../../scripts/terminal/root';

const pagesIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);

export const pages: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  'simulator/README.md',
  ...pagesIn('.github'),
  ...pagesIn('docs'),
];

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Each line of the fenced blocks, with continued lines joined, and each inline code. */
export function codeIn(text: string): readonly string[] {
  const fences = /^ *```\w*\n([\s\S]*?)^ *```$/gm;
  const blocks = [...text.matchAll(fences)].map(([, block = '']) => block.replaceAll(/\\\n\s*/g, ''));
  const inline = [...text.replaceAll(fences, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  return [
    ...blocks.flatMap((block) => block.split('\n')).map((line) => line.trim()),
    ...inline.map((code) => code.replaceAll(/\s+/g, ' ')),
  ];
}
