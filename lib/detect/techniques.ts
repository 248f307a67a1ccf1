/**
 * The MITRE ATT&CK techniques (enterprise matrix) that the rules name.
 *
 * @see https://attack.mitre.org/techniques/enterprise/
 */
export const TECHNIQUES = {
  T1070: "Indicator Removal",
  "T1078.004": "Valid Accounts: Cloud Accounts",
  T1080: "Taint Shared Content",
  "T1090.003": "Proxy: Multi-hop Proxy",
  T1098: "Account Manipulation",
  "T1098.001": "Account Manipulation: Additional Cloud Credentials",
  "T1098.003": "Account Manipulation: Additional Cloud Roles",
  T1110: "Brute Force",
  "T1110.001": "Brute Force: Password Guessing",
  "T1110.003": "Brute Force: Password Spraying",
  T1119: "Automated Collection",
  T1199: "Trusted Relationship",
  "T1204.002": "User Execution: Malicious File",
  "T1213.005": "Data from Information Repositories: Messaging Applications",
  "T1484.002": "Domain or Tenant Policy Modification: Trust Modification",
  T1485: "Data Destruction",
  T1526: "Cloud Service Discovery",
  T1528: "Steal Application Access Token",
  T1530: "Data from Cloud Storage",
  T1531: "Account Access Removal",
  T1534: "Internal Spearphishing",
  T1537: "Transfer Data to Cloud Account",
  T1539: "Steal Web Session Cookie",
  "T1550.004": "Use Alternate Authentication Material: Web Session Cookie",
  T1560: "Archive Collected Data",
  T1552: "Unsecured Credentials",
  T1556: "Modify Authentication Process",
  "T1556.006": "Modify Authentication Process: Multi-Factor Authentication",
  "T1562.001": "Impair Defenses: Disable or Modify Tools",
  "T1562.007": "Impair Defenses: Disable or Modify Cloud Firewall",
  "T1562.008": "Impair Defenses: Disable or Modify Cloud Logs",
  "T1565.001": "Data Manipulation: Stored Data Manipulation",
  T1567: "Exfiltration Over Web Service",
  T1600: "Weaken Encryption",
  T1654: "Log Enumeration",
  T1671: "Cloud Application Integration",
} as const;

export type TechniqueId = keyof typeof TECHNIQUES;

/** The page of a technique. */
export function techniqueUrl(id: TechniqueId): string {
  return `https://attack.mitre.org/techniques/${id.replace(".", "/")}/`;
}
