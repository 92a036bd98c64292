# The ceiling of every role that the pipeline makes: whatever policy a pull request gives to a role,
# it may do no more than this. The apply role can make no role without it, and cannot change it.

locals {
  # Made of the name: the apply role's policies name it.
  boundary_name = "rowledger-boundary"
  boundary_arn  = "arn:aws:iam::${var.account_id}:policy/${local.boundary_name}"

  data_bucket_arns = [for name in values(local.pipeline.buckets) : "arn:aws:s3:::${name}${var.bucket_suffix}"]
  rds_metrics_arn  = "${local.regional.logs}:log-group:RDS*"
}

resource "aws_iam_policy" "boundary" {
  name        = local.boundary_name
  description = "The most that any role of the pipeline may do"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Files"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:GetObject",
          "s3:GetObjectVersion",
          "s3:ListBucket",
          "s3:ListBucketVersions",
          "s3:PutObject",
        ]
        Resource = concat(local.data_bucket_arns, [for arn in local.data_bucket_arns : "${arn}/*"])
      },
      {
        Sid    = "Logins"
        Effect = "Allow"
        Action = [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
        ]
        Resource = concat(local.arns.secrets, local.arns.managed_master_secret)
      },
      {
        Sid      = "Notifications"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = local.topic_arns
      },
      {
        Sid      = "FailedEvents"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = local.arns.queue
      },
      {
        Sid      = "Schedule"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = local.arns.functions
      },
      {
        Sid      = "KeysThroughTheServicesAbove"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = local.key_arns
        Condition = {
          StringEquals = {
            "kms:ViaService" = [for service in ["s3", "secretsmanager", "sns", "sqs"] : "${service}.${var.aws_region}.amazonaws.com"]
          }
        }
      },
      {
        # A function's settings, where the grant that Lambda made for its role is gone.
        Sid       = "SettingsThroughLambda"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = local.key_arns
        Condition = { StringEquals = { "kms:ViaService" = "lambda.${var.aws_region}.amazonaws.com" } }
      },
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = [for arn in local.log_group_arns : "${arn}:*"]
      },
      {
        Sid      = "FindLogs"
        Effect   = "Allow"
        Action   = "logs:DescribeLogGroups"
        Resource = "${local.regional.logs}:log-group:*"
      },
      {
        # AWS's own policy for enhanced monitoring.
        Sid    = "DatabaseMetrics"
        Effect = "Allow"
        Action = [
          "logs:CreateLogGroup",
          "logs:CreateLogStream",
          "logs:DescribeLogStreams",
          "logs:GetLogEvents",
          "logs:PutLogEvents",
          "logs:PutRetentionPolicy",
        ]
        Resource = [local.rds_metrics_arn, "${local.rds_metrics_arn}:log-stream:*"]
      },
      {
        Sid      = "SeeNetworks"
        Effect   = "Allow"
        Action   = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
        Resource = "*"
      },
      {
        Sid    = "AttachToNetworks"
        Effect = "Allow"
        Action = [
          "ec2:AssignPrivateIpAddresses",
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:UnassignPrivateIpAddresses",
        ]
        Resource = local.arns.network
      },
      {
        Sid      = "Traces"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = "*"
      },
    ]
  })
}
