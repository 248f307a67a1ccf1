variable "release_directory" {
  description = "Directory with the template and the zips of one release."
  type        = string
}

variable "code_bucket" {
  description = "Bucket in the region of the stack, for the template and the zips."
  type        = string
}

variable "code_prefix" {
  description = "What their keys begin with: empty, or a prefix that ends in a slash."
  type        = string
  default     = "slack-audit-lake/"
}

variable "stack_name" {
  description = "Name of the CloudFormation stack, at most 35 characters; its alarms begin with it."
  type        = string
  default     = "SlackAuditLake"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,34}$", var.stack_name))
    error_message = "A stack name is a letter, then up to 34 letters, digits and hyphens."
  }
}

variable "tags" {
  description = "Tags for everything in the stack that takes tags."
  type        = map(string)
  default     = {}
}

variable "source_name" {
  description = "Name of the organization in keys, partitions and alarms: a-z, 0-9 and -. It cannot change later."
  type        = string
}

variable "archive_starts_on" {
  description = "First day that queries look at, YYYY-MM-DD, UTC. For a new archive: today."
  type        = string
}

variable "first_start" {
  description = "Where the first run begins, YYYY-MM-DDTHH:MM:SSZ. Empty: 24 hours before it."
  type        = string
  default     = ""
}

variable "schedule" {
  description = "How often a run starts: 1m, 5m, 10m or 15m."
  type        = string
  default     = "5m"
}

variable "slack_api" {
  description = "Slack's Audit Logs API. GovSlack: https://api.slack-gov.com/audit/v1/"
  type        = string
  default     = "https://api.slack.com/audit/v1/"
}

variable "alert_email" {
  description = "Address that gets alarms and alerts, once it has confirmed. Empty: none."
  type        = string
  default     = ""
}

variable "dashboard" {
  description = "A dashboard in CloudWatch with every metric, $3 a month. Without it, functions emit only the metrics that alarms watch."
  type        = bool
  default     = true
}

variable "detection" {
  description = "Detection rules over new entries, and a daily look at Slack's schemas."
  type        = bool
  default     = true
}

variable "columns" {
  description = "Store sealed days in columns, too. Always off when retention_days is set."
  type        = bool
  default     = true
}

variable "ocsf" {
  description = "Write sealed days as events of OCSF, which SIEMs read, into a bucket of their own."
  type        = bool
  default     = false
}

variable "weekly_report" {
  description = "Each Monday at 06:00 UTC, a report of the seven days before as a page in the bucket of results; its answers and where it is go to the alerts' topic."
  type        = bool
  default     = false
}

variable "signing" {
  description = "Sign the manifests of sealed days with a KMS key."
  type        = bool
  default     = false
}

variable "retention_days" {
  description = "Delete entries after this many days, no fewer than object_lock_days. 0: never."
  type        = number
  default     = 0
}

variable "object_lock_mode" {
  description = "OFF, GOVERNANCE or COMPLIANCE. A change makes a new, empty bucket."
  type        = string
  default     = "OFF"
}

variable "object_lock_days" {
  description = "How long S3 Object Lock keeps an object, if it is on."
  type        = number
  default     = 365
}

variable "database" {
  description = "Glue database, one of its own for each stack in a region."
  type        = string
  default     = "slack_audit_lake"
}

variable "workgroup" {
  description = "Athena workgroup, one of its own for each stack in a region."
  type        = string
  default     = "slack-audit-lake"
}
