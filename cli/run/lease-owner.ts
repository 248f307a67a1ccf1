import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

/** A name for one run of this process, which shows others who holds a lease. */
export function leaseOwner(): string {
  return `${hostname()}/${process.pid}/${randomUUID()}`;
}
