output "stack_name" {
  description = "For the commands: audit-lake status --stack NAME"
  value       = aws_cloudformation_stack.lake.name
}

output "archive_bucket" {
  description = "Bucket that holds the archive."
  value       = aws_cloudformation_stack.lake.outputs["ArchiveBucket"]
}

output "database" {
  description = "Glue database of the tables and views."
  value       = aws_cloudformation_stack.lake.outputs["Database"]
}

output "workgroup" {
  description = "Athena workgroup with the saved queries."
  value       = aws_cloudformation_stack.lake.outputs["Workgroup"]
}

output "alerts_topic" {
  description = "SNS topic of alarms and alerts."
  value       = aws_cloudformation_stack.lake.outputs["AlertsTopic"]
}

output "new_objects_topic" {
  description = "SNS topic that announces each new object of the archive."
  value       = aws_cloudformation_stack.lake.outputs["NewObjectsTopic"]
}
