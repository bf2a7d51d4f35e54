// build: makes the packages of the functions.
import { defineCommand } from '../../terminal/command';

export const build = defineCommand({
  name: 'build',
  summary: 'Build the packages of the functions into build/',
  options: {},
  examples: ['build'],
  run: async () => {
    const packages = await import('../../packages/build');
    const built = await packages.build();
    return { data: built, lines: packages.packageLines(built) };
  },
});
