// In place of undici: functions have connections of their own (functions/slack-connections.ts).
class Absent {
  constructor() {
    throw new Error(
      "a function must give its client the connections of functions/slack-connections.ts",
    );
  }
}

export { Absent as Agent, Absent as EnvHttpProxyAgent, Absent as Pool };
