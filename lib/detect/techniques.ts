/**
 * The tactics of MITRE ATT&CK (enterprise matrix) that the rules' techniques serve.
 *
 * @see https://attack.mitre.org/tactics/enterprise/
 */
export const TACTICS = {
  TA0001: "Initial Access",
  TA0002: "Execution",
  TA0003: "Persistence",
  TA0004: "Privilege Escalation",
  TA0005: "Defense Evasion",
  TA0006: "Credential Access",
  TA0007: "Discovery",
  TA0008: "Lateral Movement",
  TA0009: "Collection",
  TA0010: "Exfiltration",
  TA0011: "Command and Control",
  TA0040: "Impact",
} as const;

type TacticId = keyof typeof TACTICS;

interface TechniqueDescription {
  readonly name: string;
  readonly tactics: readonly [TacticId, ...TacticId[]];
}

/**
 * The MITRE ATT&CK techniques (enterprise matrix) that the rules name, each with the tactics
 * that it serves.
 *
 * @see https://attack.mitre.org/techniques/enterprise/
 */
export const TECHNIQUES = {
  T1070: { name: "Indicator Removal", tactics: ["TA0005"] },
  "T1078.004": {
    name: "Valid Accounts: Cloud Accounts",
    tactics: ["TA0001", "TA0003", "TA0004", "TA0005"],
  },
  T1080: { name: "Taint Shared Content", tactics: ["TA0008"] },
  "T1090.003": { name: "Proxy: Multi-hop Proxy", tactics: ["TA0011"] },
  T1098: { name: "Account Manipulation", tactics: ["TA0003", "TA0004"] },
  "T1098.001": {
    name: "Account Manipulation: Additional Cloud Credentials",
    tactics: ["TA0003", "TA0004"],
  },
  "T1098.003": {
    name: "Account Manipulation: Additional Cloud Roles",
    tactics: ["TA0003", "TA0004"],
  },
  T1110: { name: "Brute Force", tactics: ["TA0006"] },
  "T1110.001": { name: "Brute Force: Password Guessing", tactics: ["TA0006"] },
  "T1110.003": { name: "Brute Force: Password Spraying", tactics: ["TA0006"] },
  T1119: { name: "Automated Collection", tactics: ["TA0009"] },
  T1199: { name: "Trusted Relationship", tactics: ["TA0001"] },
  "T1204.002": { name: "User Execution: Malicious File", tactics: ["TA0002"] },
  "T1213.005": {
    name: "Data from Information Repositories: Messaging Applications",
    tactics: ["TA0009"],
  },
  "T1484.002": {
    name: "Domain or Tenant Policy Modification: Trust Modification",
    tactics: ["TA0004", "TA0005"],
  },
  T1485: { name: "Data Destruction", tactics: ["TA0040"] },
  T1526: { name: "Cloud Service Discovery", tactics: ["TA0007"] },
  T1528: { name: "Steal Application Access Token", tactics: ["TA0006"] },
  T1530: { name: "Data from Cloud Storage", tactics: ["TA0009"] },
  T1531: { name: "Account Access Removal", tactics: ["TA0040"] },
  T1534: { name: "Internal Spearphishing", tactics: ["TA0008"] },
  T1537: { name: "Transfer Data to Cloud Account", tactics: ["TA0010"] },
  T1539: { name: "Steal Web Session Cookie", tactics: ["TA0006"] },
  "T1550.004": {
    name: "Use Alternate Authentication Material: Web Session Cookie",
    tactics: ["TA0005", "TA0008"],
  },
  T1560: { name: "Archive Collected Data", tactics: ["TA0009"] },
  T1552: { name: "Unsecured Credentials", tactics: ["TA0006"] },
  T1556: { name: "Modify Authentication Process", tactics: ["TA0003", "TA0005", "TA0006"] },
  "T1556.006": {
    name: "Modify Authentication Process: Multi-Factor Authentication",
    tactics: ["TA0003", "TA0005", "TA0006"],
  },
  "T1562.001": { name: "Impair Defenses: Disable or Modify Tools", tactics: ["TA0005"] },
  "T1562.007": { name: "Impair Defenses: Disable or Modify Cloud Firewall", tactics: ["TA0005"] },
  "T1562.008": { name: "Impair Defenses: Disable or Modify Cloud Logs", tactics: ["TA0005"] },
  "T1565.001": { name: "Data Manipulation: Stored Data Manipulation", tactics: ["TA0040"] },
  T1567: { name: "Exfiltration Over Web Service", tactics: ["TA0010"] },
  T1600: { name: "Weaken Encryption", tactics: ["TA0005"] },
  T1654: { name: "Log Enumeration", tactics: ["TA0007"] },
  T1671: { name: "Cloud Application Integration", tactics: ["TA0003"] },
} as const satisfies Record<string, TechniqueDescription>;

export type TechniqueId = keyof typeof TECHNIQUES;

/** A technique as an alert names it. */
export interface Technique {
  id: TechniqueId;
  name: string;
  url: string;
  tactics: { id: TacticId; name: string }[];
}

export function toTechnique(id: TechniqueId): Technique {
  const { name, tactics } = TECHNIQUES[id];
  return {
    id,
    name,
    url: techniqueUrl(id),
    tactics: tactics.map((tactic) => ({ id: tactic, name: TACTICS[tactic] })),
  };
}

/** The page of a technique. */
export function techniqueUrl(id: TechniqueId): string {
  return `https://attack.mitre.org/techniques/${id.replace(".", "/")}/`;
}
