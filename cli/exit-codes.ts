import type { IngestOutcome } from "../lib/ingest/summary.ts";
import type { SealOutcome } from "../lib/seal/seal-summary.ts";

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** `EX_TEMPFAIL` of sysexits.h: the same command may succeed later. */
  tryAgain: 75,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export const EXIT_OF_OUTCOME: Record<IngestOutcome, number> = {
  caught_up: EXIT.done,
  out_of_time: EXIT.tryAgain,
  throttled: EXIT.tryAgain,
  lease_held: EXIT.tryAgain,
  lease_lost: EXIT.tryAgain,
  interrupted: EXIT.interrupted,
  failed: EXIT.failed,
};

export const EXIT_OF_SEAL: Record<SealOutcome, number> = {
  sealed: EXIT.done,
  already_sealed: EXIT.done,
  not_settled: EXIT.tryAgain,
  out_of_time: EXIT.tryAgain,
  throttled: EXIT.tryAgain,
  lease_held: EXIT.tryAgain,
  lease_lost: EXIT.tryAgain,
  interrupted: EXIT.interrupted,
  failed: EXIT.failed,
};

export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    failed; the error is on standard error
  2    wrong usage: an invalid option, a missing token, no archive, no permission, a missing package
  75   not finished, try again: out of time, throttled, or another run is active
  130  interrupted by Ctrl-C, with everything saved`;
