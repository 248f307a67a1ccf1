import { describeAlertLedger } from "../contracts/alert-ledger-contract.ts";
import { MemoryAlertLedger } from "./memory-alert-ledger.ts";

describeAlertLedger("a ledger in memory", () => new MemoryAlertLedger());
