// build: makes the packages of the functions.
import { defineCommand } from '../../terminal/command';
import { text } from '../../terminal/options';

export const build = defineCommand({
  name: 'build',
  summary: 'Build the packages of the functions into build/',
  options: { mapping: text('<file>', 'the mapping for the ERP, if it is not erp/mapping.json') },
  examples: ['build', 'build --mapping erp/mapping.json'],
  run: async ({ mapping }) => {
    const packages = await import('../../packages/build');
    const built = await packages.build({ mapping });
    return { data: built, lines: packages.packageLines(built) };
  },
});
