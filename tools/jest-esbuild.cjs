// Converts TypeScript to CommonJS for jest with the bundler of the packages; tsc checks the types.
const { transformSync } = require('esbuild');

module.exports = {
  process: (source, path) =>
    transformSync(source, {
      loader: 'ts',
      format: 'cjs',
      target: 'node20',
      // Otherwise jest would need Node's flag for modules.
      supported: { 'dynamic-import': false },
      sourcemap: 'inline',
      sourcefile: path,
    }),
};
