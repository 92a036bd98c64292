output "topic_arn" {
  description = "The topic's ARN, known once alarms may publish."
  value       = aws_sns_topic_policy.this.arn
}
