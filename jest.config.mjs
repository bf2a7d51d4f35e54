/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-esbuild.cjs' },
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/.local/', '<rootDir>/.venv/'],
  restoreMocks: true,
};
