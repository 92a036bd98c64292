output "data_key_arn" {
  description = "The key of everything that is stored."
  value       = aws_kms_key.data.arn
}

output "notification_key_arn" {
  description = "The key of the topic."
  value       = aws_kms_key.notifications.arn
}
