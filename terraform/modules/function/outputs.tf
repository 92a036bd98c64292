output "name" {
  description = "The function's name."
  value       = aws_lambda_function.this.function_name
}

output "alias" {
  description = "The name of the alias, known once the event-invoke settings hold for it."
  value       = aws_lambda_alias.live.name
  depends_on  = [aws_lambda_function_event_invoke_config.this]
}

output "alias_arn" {
  description = "The ARN of the alias, which is what is invoked."
  value       = aws_lambda_alias.live.arn
  depends_on  = [aws_lambda_function_event_invoke_config.this]
}

output "version" {
  description = "The version that this package made."
  value       = aws_lambda_function.this.version
}

output "role_arn" {
  description = "The ARN of the role it runs as."
  value       = aws_iam_role.this.arn
}
