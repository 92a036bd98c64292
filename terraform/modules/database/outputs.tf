output "identifier" {
  description = "The instance's name."
  value       = aws_db_instance.this.identifier
}

output "host" {
  description = "The name it is reached at."
  value       = aws_db_instance.this.address
}

output "master_secret_arn" {
  description = "The secret with the master's name and password."
  value = (
    var.managed_master_secret
    ? aws_db_instance.this.master_user_secret[0].secret_arn
    : aws_secretsmanager_secret_version.master[0].arn
  )
}
