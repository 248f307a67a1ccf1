# The stack of the template: what is in it, CloudFormation makes and updates.

locals {
  template = "${var.release_directory}/slack-audit-lake.template.json"
  version  = substr(filesha256(local.template), 0, 16)
}

data "aws_s3_bucket" "code" {
  bucket = var.code_bucket
}

resource "aws_s3_object" "zip" {
  for_each = fileset(var.release_directory, "*.zip")

  bucket = data.aws_s3_bucket.code.id
  key    = "${var.code_prefix}${each.value}"
  source = "${var.release_directory}/${each.value}"

  lifecycle {
    # A stack whose update fails goes back to the former code.
    create_before_destroy = true
  }
}

resource "aws_s3_object" "template" {
  bucket = data.aws_s3_bucket.code.id
  # Another template has another URL, so the stack is updated.
  key    = "${var.code_prefix}slack-audit-lake-${local.version}.template.json"
  source = local.template

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "lake" {
  name         = var.stack_name
  template_url = "https://${data.aws_s3_bucket.code.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_IAM"]
  tags         = var.tags

  parameters = {
    SourceName      = var.source_name
    ArchiveStartsOn = var.archive_starts_on
    FirstStart      = var.first_start
    Schedule        = var.schedule
    SlackApi        = var.slack_api
    AlertEmail      = var.alert_email
    Dashboard       = var.dashboard ? "on" : "off"
    Detection       = var.detection ? "on" : "off"
    Columns         = var.columns ? "on" : "off"
    Ocsf            = var.ocsf ? "on" : "off"
    WeeklyReport    = var.weekly_report ? "on" : "off"
    Signing         = var.signing ? "on" : "off"
    RetentionDays   = var.retention_days
    ObjectLockMode  = var.object_lock_mode
    ObjectLockDays  = var.object_lock_days
    Database        = var.database
    Workgroup       = var.workgroup
    CodeBucket      = data.aws_s3_bucket.code.id
    CodePrefix      = var.code_prefix
  }

  depends_on = [aws_s3_object.zip]
}
