// Of no use in a test report; the SDK reads it whenever a client is made.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$': '<rootDir>/tools/jest-esbuild.cjs' },
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/.local/', '<rootDir>/.venv/'],
  restoreMocks: true,
};
