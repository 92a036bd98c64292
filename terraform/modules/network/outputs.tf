output "private_subnet_ids" {
  description = "The functions' subnets."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "database_subnet_ids" {
  description = "The database's subnets."
  value       = [for subnet in aws_subnet.database : subnet.id]
}

output "functions_security_group_id" {
  description = "The functions' security group."
  value       = aws_security_group.functions.id
}

output "database_security_group_id" {
  description = "The database's security group."
  value       = aws_security_group.database.id
}
