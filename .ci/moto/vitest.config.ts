import { defineConfig } from "vitest/config";

/** The contracts of what AWS keeps, on moto: more of S3 and DynamoDB than the fakes in `npm test`. */
export default defineConfig({
  test: { include: [".ci/moto/*.test.ts"], testTimeout: 120_000, hookTimeout: 180_000 },
});
