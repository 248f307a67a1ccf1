import type { Rule } from "../rule.ts";
import { accountCompromiseResponse } from "./account-compromise-response.ts";
import { adminActionFromUnknownNetwork } from "./admin-action-from-unknown-network.ts";
import { adminGranted } from "./admin-granted.ts";
import { agentforceAgentChanged } from "./agentforce-agent-changed.ts";
import { aiCanvasApprovalBypassed } from "./ai-canvas-approval-bypassed.ts";
import { aiMcpConnectorChanged } from "./ai-mcp-connector-changed.ts";
import { aiSettingsChanged } from "./ai-settings-changed.ts";
import { aiSkillShared } from "./ai-skill-shared.ts";
import { anomaliesSearched } from "./anomalies-searched.ts";
import { anomalyAdminAction } from "./anomaly-admin-action.ts";
import { anomalyApiVolume } from "./anomaly-api-volume.ts";
import { anomalyCredentialTesting } from "./anomaly-credential-testing.ts";
import { anomalyDownloads } from "./anomaly-downloads.ts";
import { anomalyFileShares } from "./anomaly-file-shares.ts";
import { anomalyMalwareUploads } from "./anomaly-malware-uploads.ts";
import { anomalyMessageDeletion } from "./anomaly-message-deletion.ts";
import { anomalyNewAddress } from "./anomaly-new-address.ts";
import { anomalyNewClient } from "./anomaly-new-client.ts";
import { anomalyResponseWeakened } from "./anomaly-response-weakened.ts";
import { anomalyScraping } from "./anomaly-scraping.ts";
import { anomalySessionTheft } from "./anomaly-session-theft.ts";
import { anomalySpam } from "./anomaly-spam.ts";
import { anomalySpoofedClient } from "./anomaly-spoofed-client.ts";
import { anomalySuspiciousNetwork } from "./anomaly-suspicious-network.ts";
import { anomalyThreatListedAddress } from "./anomaly-threat-listed-address.ts";
import { anomalyTor } from "./anomaly-tor.ts";
import { anomalyUnlistedReason } from "./anomaly-unlisted-reason.ts";
import { appAdminScopeGranted } from "./app-admin-scope-granted.ts";
import { appApprovalRulesChanged } from "./app-approval-rules-changed.ts";
import { appApproved } from "./app-approved.ts";
import { appCollaboratorAdded } from "./app-collaborator-added.ts";
import { appFutureInstallsEnabled } from "./app-future-installs-enabled.ts";
import { appInstalled } from "./app-installed.ts";
import { appMcpServerChanged } from "./app-mcp-server-changed.ts";
import { appRemoved } from "./app-removed.ts";
import { appScopesExpanded } from "./app-scopes-expanded.ts";
import { auditLogRetentionChanged } from "./audit-log-retention-changed.ts";
import { auditLogsExported } from "./audit-logs-exported.ts";
import { authPolicyChanged } from "./auth-policy-changed.ts";
import { bulkSessionReset } from "./bulk-session-reset.ts";
import { deviceControlsChanged } from "./device-controls-changed.ts";
import { dlpRuleChanged } from "./dlp-rule-changed.ts";
import { dlpViolationDeleted } from "./dlp-violation-deleted.ts";
import { domainClaimChanged } from "./domain-claim-changed.ts";
import { ekmLoggingChanged } from "./ekm-logging-changed.ts";
import { ekmRemoved } from "./ekm-removed.ts";
import { emptyUserAgent } from "./empty-user-agent.ts";
import { exportCapabilityChanged } from "./export-capability-changed.ts";
import { exportDownloaded } from "./export-downloaded.ts";
import { exportStarted } from "./export-started.ts";
import { externalOrganizationConnected } from "./external-organization-connected.ts";
import { externalOrganizationInvited } from "./external-organization-invited.ts";
import { externalSharingPolicyChanged } from "./external-sharing-policy-changed.ts";
import { idpConfigurationChanged } from "./idp-configuration-changed.ts";
import { informationBarrierChanged } from "./information-barrier-changed.ts";
import { intuneDisabled } from "./intune-disabled.ts";
import { invitationPolicyChanged } from "./invitation-policy-changed.ts";
import { ipAllowlistAccessDenied } from "./ip-allowlist-access-denied.ts";
import { ipAllowlistChanged } from "./ip-allowlist-changed.ts";
import { legalHoldWeakened } from "./legal-hold-weakened.ts";
import { linkSharingEnabled } from "./link-sharing-enabled.ts";
import { loginFromThreatList } from "./login-from-threat-list.ts";
import { loginFromTor } from "./login-from-tor.ts";
import { maliciousFileShared } from "./malicious-file-shared.ts";
import { messageDeletionAllowed } from "./message-deletion-allowed.ts";
import { mfaSettingsChanged } from "./mfa-settings-changed.ts";
import { organizationCreated } from "./organization-created.ts";
import { organizationDeleted } from "./organization-deleted.ts";
import { ownAppRemoved } from "./own-app-removed.ts";
import { ownInstallerLostAccess } from "./own-installer-lost-access.ts";
import { ownerGranted } from "./owner-granted.ts";
import { ownershipTransferred } from "./ownership-transferred.ts";
import { passwordResetByAdmin } from "./password-reset-by-admin.ts";
import { permissionsAssigned } from "./permissions-assigned.ts";
import { privateChannelMadePublic } from "./private-channel-made-public.ts";
import { publicFileLinkCreated } from "./public-file-link-created.ts";
import { publicFileLinkPolicyChanged } from "./public-file-link-policy-changed.ts";
import { publicLinkToSecret } from "./public-link-to-secret.ts";
import { retentionChanged } from "./retention-changed.ts";
import { roleAssigned } from "./role-assigned.ts";
import { roleChangedToGuest } from "./role-changed-to-guest.ts";
import { roleChangedToUser } from "./role-changed-to-user.ts";
import { salesforceMcpServerChanged } from "./salesforce-mcp-server-changed.ts";
import { seamlessAuthChanged } from "./seamless-auth-changed.ts";
import { serviceOwnerTransferred } from "./service-owner-transferred.ts";
import { sessionDurationChanged } from "./session-duration-changed.ts";
import { ssoSettingsChanged } from "./sso-settings-changed.ts";
import { suspiciousFileShared } from "./suspicious-file-shared.ts";
import { userEmailChanged } from "./user-email-changed.ts";
import { userPasskeyCreated } from "./user-passkey-created.ts";
import { userPasskeyRemoved } from "./user-passkey-removed.ts";
import { userReactivated } from "./user-reactivated.ts";
import { userSessionReset } from "./user-session-reset.ts";
import { workflowSuspicious } from "./workflow-suspicious.ts";
import { workspaceAccessChanged } from "./workspace-access-changed.ts";
import { workspaceCreated } from "./workspace-created.ts";

/** Every rule, by id. A new rule is a file here and a line in this list. */
export const RULES: readonly Rule[] = [
  accountCompromiseResponse,
  adminActionFromUnknownNetwork,
  adminGranted,
  agentforceAgentChanged,
  aiCanvasApprovalBypassed,
  aiMcpConnectorChanged,
  aiSettingsChanged,
  aiSkillShared,
  anomaliesSearched,
  anomalyAdminAction,
  anomalyApiVolume,
  anomalyCredentialTesting,
  anomalyDownloads,
  anomalyFileShares,
  anomalyMalwareUploads,
  anomalyMessageDeletion,
  anomalyNewAddress,
  anomalyNewClient,
  anomalyResponseWeakened,
  anomalyScraping,
  anomalySessionTheft,
  anomalySpam,
  anomalySpoofedClient,
  anomalySuspiciousNetwork,
  anomalyThreatListedAddress,
  anomalyTor,
  anomalyUnlistedReason,
  appAdminScopeGranted,
  appApprovalRulesChanged,
  appApproved,
  appCollaboratorAdded,
  appFutureInstallsEnabled,
  appInstalled,
  appMcpServerChanged,
  appRemoved,
  appScopesExpanded,
  auditLogRetentionChanged,
  auditLogsExported,
  authPolicyChanged,
  bulkSessionReset,
  deviceControlsChanged,
  dlpRuleChanged,
  dlpViolationDeleted,
  domainClaimChanged,
  ekmLoggingChanged,
  ekmRemoved,
  emptyUserAgent,
  exportCapabilityChanged,
  exportDownloaded,
  exportStarted,
  externalOrganizationConnected,
  externalOrganizationInvited,
  externalSharingPolicyChanged,
  idpConfigurationChanged,
  informationBarrierChanged,
  intuneDisabled,
  invitationPolicyChanged,
  ipAllowlistAccessDenied,
  ipAllowlistChanged,
  legalHoldWeakened,
  linkSharingEnabled,
  loginFromThreatList,
  loginFromTor,
  maliciousFileShared,
  messageDeletionAllowed,
  mfaSettingsChanged,
  organizationCreated,
  organizationDeleted,
  ownAppRemoved,
  ownInstallerLostAccess,
  ownerGranted,
  ownershipTransferred,
  passwordResetByAdmin,
  permissionsAssigned,
  privateChannelMadePublic,
  publicFileLinkCreated,
  publicFileLinkPolicyChanged,
  publicLinkToSecret,
  retentionChanged,
  roleAssigned,
  roleChangedToGuest,
  roleChangedToUser,
  salesforceMcpServerChanged,
  seamlessAuthChanged,
  serviceOwnerTransferred,
  sessionDurationChanged,
  ssoSettingsChanged,
  suspiciousFileShared,
  userEmailChanged,
  userPasskeyCreated,
  userPasskeyRemoved,
  userReactivated,
  userSessionReset,
  workflowSuspicious,
  workspaceAccessChanged,
  workspaceCreated,
];
