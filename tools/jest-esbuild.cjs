// Turns TypeScript into CommonJS for jest with the bundler that builds the packages; types are tsc's job.
const { transformSync } = require('esbuild');

module.exports = {
  process: (source, path) =>
    transformSync(source, {
      loader: 'ts',
      format: 'cjs',
      target: 'node20',
      // Without it jest would need a flag of Node's for modules.
      supported: { 'dynamic-import': false },
      sourcemap: 'inline',
      sourcefile: path,
    }),
};
