import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real redis-server processes and whole migrations: generous limits that only a hang reaches.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores are what CI has; more workers would only make real processes wait for each other.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
