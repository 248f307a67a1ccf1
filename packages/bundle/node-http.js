// What undici takes of node:http, which loads all of Node's own fetch when a module imports it: half
// of the start of a command.

/** Node's default. */
export const maxHeaderSize = 16 * 1024;

/** None of its streams is one. */
export class IncomingMessage {}
