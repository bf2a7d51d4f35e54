// Excludes the unused parts of axios from a package: they are half of its size and a third of a cold start, and a
// function that calls one JSON API never reaches them. The http adapter is unchanged.
import { readFile } from 'node:fs/promises';

import type { Plugin } from 'esbuild';

interface Stub {
  readonly path: RegExp;
  readonly contents: string;
}

const adapters: readonly Stub[] = [
  // Reads globalThis.Request when it loads, which loads all of Node's fetch: about 20 ms.
  { path: /[\\/]axios[\\/]lib[\\/]adapters[\\/]fetch\.js$/, contents: 'export const getFetch = () => null;' },
  // For browsers; in Node axios itself exports nothing here.
  { path: /[\\/]axios[\\/]lib[\\/]adapters[\\/]xhr\.js$/, contents: 'export default null;' },
];

const modules: readonly Stub[] = [
  // Multipart bodies, which load the table of all MIME types. Axios uses the class only for `instanceof`.
  { path: /^form-data$/, contents: 'module.exports = class FormData {};' },
  // Requests are sent with maxRedirects: 0, for which axios uses node:http directly: this is never called.
  {
    path: /^follow-redirects$/,
    contents: "exports.http = require('node:http'); exports.https = require('node:https');",
  },
  // Requests are sent with proxy: false. To use a proxy in front of the store, operators set BigCommerceApiUrl.
  { path: /^https-proxy-agent$/, contents: 'module.exports = class HttpsProxyAgent {};' },
  { path: /^proxy-from-env$/, contents: "exports.getProxyForUrl = () => '';" },
];

// The check for a global FormData loads Node's fetch. Our bodies are never FormData.
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
        errors: [{ text: `axios has changed: check what scripts/packages/trim-axios.ts excludes from it.` }],
      };
    });
  },
};
