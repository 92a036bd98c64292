output "queue_url" {
  description = "The queue's URL, which a program reads from."
  value       = aws_sqs_queue.events.url
}

output "queue_arn" {
  description = "The queue's ARN, for the policy of that program's role."
  value       = aws_sqs_queue.events.arn
}

output "dead_letters_url" {
  description = "Where events are that could not be delivered or processed."
  value       = aws_sqs_queue.dead_letters.url
}
