output "state_bucket" {
  description = "bucket in terraform/env/*.s3.tfbackend."
  value       = aws_s3_bucket.state.id
}

output "plan_role_arn" {
  description = "The role of pull requests: a variable of the GitHub repository."
  value       = aws_iam_role.plan.arn
}

output "apply_role_arn" {
  description = "The role of deployments: a variable of the protected GitHub environment."
  value       = aws_iam_role.apply.arn
}

output "permissions_boundary" {
  description = "permissions_boundary in terraform/env/*.tfvars."
  value       = aws_iam_policy.boundary.arn
}

output "people_policies" {
  description = "The policies to attach to people: reader and operator."
  value       = { for who, policy in aws_iam_policy.people : who => policy.arn }
}
