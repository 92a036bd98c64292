locals {
  exported_logs = ["postgresql", "upgrade"]
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:the ledger is the record; the server's log serves to find a fault, and how long it is kept is var.log_retention_days
  for_each = toset(local.exported_logs)

  name              = "/aws/rds/instance/${var.identifier}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_iam_role" "monitoring" {
  name                 = "rowledger-database-monitoring"
  permissions_boundary = var.permissions_boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EnhancedMonitoringOfThisAccountUsesIt"
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:aws:rds:${var.region}:${var.account_id}:db:${var.identifier}" }
      }
    }]
  })
}

# AWS's own policy: it writes to the one log group of enhanced monitoring, and follows its changes.
resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
