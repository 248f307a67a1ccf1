import { expect, it } from "vitest";
import { objectConsoleUrl } from "../../lib/aws/console-url.ts";

it.each([
  ["eu-central-1", "https://eu-central-1.console.aws.amazon.com/"],
  ["us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"],
  ["cn-north-1", "https://cn-north-1.console.amazonaws.cn/"],
])("names the console of %s", (region, start) => {
  expect(objectConsoleUrl(region, "results", "reports/a b.html")).toBe(
    `${start}s3/object/results?region=${region}&prefix=reports%2Fa+b.html`,
  );
});
