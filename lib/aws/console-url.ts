/** Where the console is, by the beginning of a region's name; elsewhere as in most regions. */
const DOMAINS: [region: RegExp, domain: string][] = [
  [/^cn-/, "console.amazonaws.cn"],
  [/^us-gov-/, "console.amazonaws-us-gov.com"],
];

/**
 * The page of an object in the console. Whoever follows it signs in, and sees what their own
 * identity may read: nothing in it grants anything.
 */
export function objectConsoleUrl(region: string, bucket: string, key: string): string {
  const domain = DOMAINS.find(([regions]) => regions.test(region))?.[1] ?? "console.aws.amazon.com";
  const query = new URLSearchParams({ region, prefix: key });
  return `https://${region}.${domain}/s3/object/${bucket}?${query}`;
}
