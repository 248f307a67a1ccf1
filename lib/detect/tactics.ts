import type { TechniqueId } from "./techniques.ts";

/**
 * The tactics of ATT&CK's enterprise matrix, in its order.
 *
 * @see https://attack.mitre.org/tactics/enterprise/
 */
export const TACTICS = [
  "Initial Access",
  "Execution",
  "Persistence",
  "Privilege Escalation",
  "Defense Evasion",
  "Credential Access",
  "Discovery",
  "Lateral Movement",
  "Collection",
  "Command and Control",
  "Exfiltration",
  "Impact",
] as const;

export type Tactic = (typeof TACTICS)[number];

/** What each technique serves, as its page says. */
const TACTICS_OF: Record<TechniqueId, readonly Tactic[]> = {
  T1070: ["Defense Evasion"],
  "T1078.004": ["Initial Access", "Persistence", "Privilege Escalation", "Defense Evasion"],
  T1080: ["Lateral Movement"],
  "T1090.003": ["Command and Control"],
  T1098: ["Persistence", "Privilege Escalation"],
  "T1098.001": ["Persistence", "Privilege Escalation"],
  "T1098.003": ["Persistence", "Privilege Escalation"],
  T1110: ["Credential Access"],
  "T1110.001": ["Credential Access"],
  "T1110.003": ["Credential Access"],
  T1119: ["Collection"],
  T1199: ["Initial Access"],
  "T1204.002": ["Execution"],
  "T1213.005": ["Collection"],
  "T1484.002": ["Privilege Escalation", "Defense Evasion"],
  T1485: ["Impact"],
  T1526: ["Discovery"],
  T1528: ["Credential Access"],
  T1530: ["Collection"],
  T1531: ["Impact"],
  T1534: ["Lateral Movement"],
  T1537: ["Exfiltration"],
  T1539: ["Credential Access"],
  "T1550.004": ["Defense Evasion", "Lateral Movement"],
  T1560: ["Collection"],
  T1552: ["Credential Access"],
  T1556: ["Persistence", "Defense Evasion", "Credential Access"],
  "T1556.006": ["Persistence", "Defense Evasion", "Credential Access"],
  "T1562.001": ["Defense Evasion"],
  "T1562.007": ["Defense Evasion"],
  "T1562.008": ["Defense Evasion"],
  "T1565.001": ["Impact"],
  T1567: ["Exfiltration"],
  T1600: ["Defense Evasion"],
  T1654: ["Discovery"],
  T1671: ["Persistence"],
};

/** The tactics that any of the techniques serves, in the matrix's order. */
export function tacticsOf(techniques: readonly TechniqueId[]): Tactic[] {
  return TACTICS.filter((tactic) => techniques.some((id) => TACTICS_OF[id].includes(tactic)));
}
