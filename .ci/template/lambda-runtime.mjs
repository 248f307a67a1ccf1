// What Lambda does: loads the function's code, calls its handler with an event, takes its answer or
// its error. The parent process sends the event and what the function is granted.
process.once("message", async ({ handlerFile, event, functionName, timeoutMs }) => {
  const startedMs = Date.now();
  try {
    const { handler } = await import(handlerFile);
    const answer = await handler(event, {
      awsRequestId: crypto.randomUUID(),
      functionName,
      getRemainingTimeInMillis: () => timeoutMs - (Date.now() - startedMs),
    });
    process.send({ answer: answer ?? null }, () => process.exit());
  } catch (error) {
    const { name, message, stack } = error;
    process.stderr.write(`${stack}\n`);
    process.send({ error: { errorType: name, errorMessage: message } }, () => process.exit());
  }
});
