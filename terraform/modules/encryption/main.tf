# Two keys: what CloudWatch may use to mail an alarm opens no file and no secret.

resource "aws_kms_key" "data" {
  description             = "Rowledger: buckets, database, secrets, failure queue, logs, function settings"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.account_decides_by_iam,
      {
        Sid       = "LogGroupsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
        Resource  = "*"
        Condition = {
          ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.region}:${var.account_id}:log-group:*" }
        }
      },
    ]
  })
}

resource "aws_kms_alias" "data" {
  name          = "alias/rowledger-data"
  target_key_id = aws_kms_key.data.key_id
}

resource "aws_kms_key" "notifications" {
  description             = "Rowledger: the topic that outcomes and alarms are mailed from"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.account_decides_by_iam,
      {
        # Without it an alarm turns red and nobody hears of it.
        Sid       = "AlarmsOfThisAccountPublish"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account_id }
          ArnLike      = { "aws:SourceArn" = "arn:aws:cloudwatch:${var.region}:${var.account_id}:alarm:*" }
        }
      },
    ]
  })
}

resource "aws_kms_alias" "notifications" {
  name          = "alias/rowledger-notifications"
  target_key_id = aws_kms_key.notifications.key_id
}

locals {
  # A key without it could be managed by nobody. It gives no one a right that IAM does not.
  account_decides_by_iam = {
    Sid       = "AccountDecidesByIam"
    Effect    = "Allow"
    Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
    Action    = "kms:*"
    Resource  = "*"
  }
}
