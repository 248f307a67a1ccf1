// In place of `@smithy/core/event-streams`: answers that are streams of events, which no call that
// is made has. A file of its own: the SDK imports it when it needs it, and so what this file imported
// would be wrapped, to be loaded then.
export const resolveEventStreamSerdeConfig = (config) => config;
export const eventStreamSerdeProvider = undefined;
export const EventStreamSerde = undefined;
