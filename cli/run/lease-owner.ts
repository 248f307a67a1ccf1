import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

/** A name for one run of this process, by which others can tell who holds a lease. */
export function leaseOwner(): string {
  return `${hostname()}/${process.pid}/${randomUUID()}`;
}
