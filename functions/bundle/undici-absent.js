// In place of undici: functions have connections of their own (functions/slack-connections.ts).
export class Agent {}
export class EnvHttpProxyAgent {}
export class Pool {}
