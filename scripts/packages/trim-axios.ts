// What a package leaves out of axios: a third of a cold start and half of axios' size is code that a Lambda
// talking to one JSON API can never reach. The http adapter itself stays as it is.
import { readFile } from 'node:fs/promises';

import type { Plugin } from 'esbuild';

interface Stub {
  readonly path: RegExp;
  readonly contents: string;
}

const adapters: readonly Stub[] = [
  // Touches globalThis.Request when it loads, which starts the whole of Node's fetch: some 20 ms.
  { path: /[\\/]axios[\\/]lib[\\/]adapters[\\/]fetch\.js$/, contents: 'export const getFetch = () => null;' },
  // A browser's; under Node axios itself exports nothing here.
  { path: /[\\/]axios[\\/]lib[\\/]adapters[\\/]xhr\.js$/, contents: 'export default null;' },
];

const modules: readonly Stub[] = [
  // Multipart bodies and, behind them, the table of all MIME types. Axios only asks `instanceof` of the class.
  { path: /^form-data$/, contents: 'module.exports = class FormData {};' },
  // Requests are sent with maxRedirects: 0, for which axios takes node:http itself; this is never called.
  {
    path: /^follow-redirects$/,
    contents: "exports.http = require('node:http'); exports.https = require('node:https');",
  },
  // Requests are sent with proxy: false. Whoever has a proxy in front of the store sets BigCommerceApiUrl.
  { path: /^https-proxy-agent$/, contents: 'module.exports = class HttpsProxyAgent {};' },
  { path: /^proxy-from-env$/, contents: "exports.getProxyForUrl = () => '';" },
];

// Even asking whether the global FormData exists starts Node's fetch. No body of ours is ever one.
const utils = /[\\/]axios[\\/]lib[\\/]utils\.js$/;
const globalFormData = "typeof G.FormData !== 'undefined' ? G.FormData : undefined";

const fromAxios = /[\\/]axios[\\/]lib[\\/]/;
const namespace = 'trimmed-from-axios';

/** Replaces, in a bundle, the parts of axios that no request of ours can reach. */
export const trimAxios: Plugin = {
  name: 'trim-axios',
  setup(build) {
    for (const { path, contents } of adapters) build.onLoad({ filter: path }, () => ({ contents }));
    for (const { path, contents } of modules) {
      build.onResolve({ filter: path }, ({ path: name, importer }) =>
        fromAxios.test(importer) ? { path: name, namespace } : null,
      );
      build.onLoad({ filter: path, namespace }, () => ({ contents }));
    }
    build.onLoad({ filter: utils }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (source.includes(globalFormData)) return { contents: source.replace(globalFormData, 'undefined') };
      return {
        errors: [
          { text: `axios has changed: look again at what scripts/packages/trim-axios.ts takes out of it.` },
        ],
      };
    });
  },
};
