// The tests that are only slow: longer random stories, every point at which a worker can be killed, and runs of
// `npm start` that continue an earlier one. `npm run check` and the gate run them, after those of `npm test`.
import quick from './jest.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...quick,
  testMatch: ['<rootDir>/test/**/*.slow.test.ts'],
  testPathIgnorePatterns: [],
};
