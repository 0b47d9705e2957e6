import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    // A server, a Samba and a browser each: one after the other.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // Of what is looked at until it is so.
    expect: { poll: { timeout: 60_000 } },
  },
});
