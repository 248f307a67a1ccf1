// What Lambda does: loads the bundle, invokes its handler once, prints what it returns.
const { handler } = await import(process.argv[2]);
const loadsFetch = process.moduleLoadList.includes("NativeModule internal/deps/undici/undici");
const startedMs = Date.now();
const summary = await handler(JSON.parse(process.argv[3]), {
  awsRequestId: "00000000-0000-4000-8000-000000000000",
  functionName: "ingest",
  getRemainingTimeInMillis: () => 300_000 - (Date.now() - startedMs),
});
process.stdout.write(`${JSON.stringify({ summary, loadsFetch })}\n`);
