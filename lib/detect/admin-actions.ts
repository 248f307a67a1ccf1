/** What only admins and owners can do, and attackers do first with such an account. */
export const ADMIN_ACTIONS: readonly string[] = [
  "app_approved",
  "bulk_session_reset_by_admin",
  "native_dlp_rule_deactivated",
  "owner_transferred",
  "permissions_assigned",
  "pref.sso_setting_changed",
  "pref.two_factor_auth_changed",
  "role_assigned",
  "role_change_to_admin",
  "role_change_to_owner",
  "user_email_updated",
  "user_password_reset_by_admin",
  "user_session_reset_by_admin",
];
