# Who spoke to whom, and what was refused.

locals {
  logged_vpcs = {
    lambda   = aws_vpc.lambda.id
    database = aws_vpc.database.id
  }
}

resource "aws_flow_log" "this" {
  for_each = local.logged_vpcs

  vpc_id          = each.value
  traffic_type    = "ALL"
  iam_role_arn    = aws_iam_role.flow_logs.arn
  log_destination = aws_cloudwatch_log_group.flow_logs[each.key].arn

  tags = { Name = "rowledger-${each.key}" }

  depends_on = [aws_iam_role_policy.flow_logs]
}

resource "aws_cloudwatch_log_group" "flow_logs" {
  #checkov:skip=CKV_AWS_338:flow logs serve to find a fault of the network; how long they are kept is var.flow_log_retention_days
  for_each = toset(["lambda", "database"])

  name              = "/rowledger/flow-logs/${each.key}"
  retention_in_days = var.flow_log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_iam_role" "flow_logs" {
  name                 = "rowledger-flow-logs"
  permissions_boundary = var.permissions_boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "FlowLogsOfThisAccountUseIt"
      Effect    = "Allow"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:aws:ec2:${var.region}:${var.account_id}:vpc-flow-log/*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "flow_logs" {
  role = aws_iam_role.flow_logs.name
  name = "write-flow-logs"
  policy = jsonencode({
    Version = "2012-10-17"
    # The five that AWS asks for ("IAM role for publishing flow logs to CloudWatch Logs").
    Statement = [
      {
        Sid      = "WriteTheTwoLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = [for name in keys(local.logged_vpcs) : "arn:aws:logs:${var.region}:${var.account_id}:log-group:/rowledger/flow-logs/${name}:*"]
      },
      {
        Sid      = "FindTheTwoLogs"
        Effect   = "Allow"
        Action   = "logs:DescribeLogGroups"
        Resource = "arn:aws:logs:${var.region}:${var.account_id}:log-group:*"
      },
    ]
  })
}
