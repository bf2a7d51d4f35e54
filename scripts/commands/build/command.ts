// build: makes the packages of the functions.
import { mappingOption } from '../../packages/mapping-option';
import { defineCommand } from '../../terminal/command';

export const build = defineCommand({
  name: 'build',
  summary: 'Build the packages of the functions into build/',
  options: { mapping: mappingOption },
  examples: ['build', 'build --mapping erp/test-shop.json'],
  run: async ({ mapping }) => {
    const packages = await import('../../packages/build');
    const built = await packages.build({ mapping });
    return { data: built, lines: packages.packageLines(built) };
  },
});
