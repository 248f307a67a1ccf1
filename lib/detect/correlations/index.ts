import type { Correlation } from "../correlation.ts";
import { anomalyThenExport } from "./anomaly-then-export.ts";
import { appInstalledWidenedUsed } from "./app-installed-widened-used.ts";
import { guestInvitedThenDownloads } from "./guest-invited-then-downloads.ts";
import { loginAfterDeactivation } from "./login-after-deactivation.ts";
import { loginAfterFailures } from "./login-after-failures.ts";
import { loginsFromTwoCountries } from "./logins-from-two-countries.ts";
import { manyAdminsGranted } from "./many-admins-granted.ts";
import { manyArchivesUploaded } from "./many-archives-uploaded.ts";
import { manyAssistantSearches } from "./many-assistant-searches.ts";
import { manyChannelsDeleted } from "./many-channels-deleted.ts";
import { manyChannelsRead } from "./many-channels-read.ts";
import { manyExternalInvitations } from "./many-external-invitations.ts";
import { manyFailedLogins } from "./many-failed-logins.ts";
import { manyFilesDeleted } from "./many-files-deleted.ts";
import { manyFilesDownloaded } from "./many-files-downloaded.ts";
import { manyMessagesDeleted } from "./many-messages-deleted.ts";
import { manyProtectionsChanged } from "./many-protections-changed.ts";
import { manyPublicLinks } from "./many-public-links.ts";
import { manySessionsReset } from "./many-sessions-reset.ts";
import { manyUsersFailingFromAddress } from "./many-users-failing-from-address.ts";
import { newNetworkThenAdminAction } from "./new-network-then-admin-action.ts";
import { sessionInTwoCountries } from "./session-in-two-countries.ts";

/** Every rule about several entries, by id. A new one is a file here and a line in this list. */
export const CORRELATIONS: readonly Correlation[] = [
  anomalyThenExport,
  appInstalledWidenedUsed,
  guestInvitedThenDownloads,
  loginAfterDeactivation,
  loginAfterFailures,
  loginsFromTwoCountries,
  manyAdminsGranted,
  manyArchivesUploaded,
  manyAssistantSearches,
  manyChannelsDeleted,
  manyChannelsRead,
  manyExternalInvitations,
  manyFailedLogins,
  manyFilesDeleted,
  manyFilesDownloaded,
  manyMessagesDeleted,
  manyProtectionsChanged,
  manyPublicLinks,
  manySessionsReset,
  manyUsersFailingFromAddress,
  newNetworkThenAdminAction,
  sessionInTwoCountries,
];
