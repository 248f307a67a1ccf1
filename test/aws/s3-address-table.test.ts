import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, expect, it } from "vitest";
import { S3AddressTable } from "../../lib/aws/s3-address-table.ts";

const s3 = mockClient(S3Client);
afterAll(() => s3.restore());

it("writes what is known of an object's addresses, one a line, in its own place", async () => {
  s3.on(PutObjectCommand).resolves({});
  const table = new S3AddressTable(new S3Client({ region: "eu-central-1" }), "results");
  const minDateCreate = Date.UTC(2026, 2, 2, 9) / 1000;
  const object = { source: "grid", minDateCreate, maxDateCreate: minDateCreate, hash: "0123abcd" };

  await table.write(object, [
    { address: "8.8.8.8", country: "US", network: "AS15169 Google", isKnownNetwork: false },
    { address: "192.0.2.1" },
  ]);

  expect(s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input)).toEqual([
    {
      Bucket: "results",
      Key: "address_context/source=grid/dt=2026-03-02/1772442000-0123abcd.json",
      Body: `{"address":"8.8.8.8","country":"US","network":"AS15169 Google","is_known_network":false}
{"address":"192.0.2.1"}
`,
      ContentType: "application/x-ndjson",
    },
  ]);
});
