# Who may use what by its own policy: each exactly as it should be, so that a condition that is
# dropped shows.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_id  = "123456789012"
  region      = "us-east-1"
  tls_only    = true
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/mock"
}

run "keys" {
  command = apply

  variables {
    deletion_window_days = 7
  }

  module {
    source = "./modules/encryption"
  }

  assert {
    condition = { for statement in jsondecode(aws_kms_key.data.policy).Statement : jsonencode(statement.Principal) => try(statement.Condition, null) } == {
      "{\"AWS\":\"arn:aws:iam::123456789012:root\"}"   = null
      "{\"Service\":\"logs.us-east-1.amazonaws.com\"}" = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:us-east-1:123456789012:log-group:*" } }
    }
    error_message = "the data key is the account's, and of its log groups"
  }
  assert {
    condition = { for statement in jsondecode(aws_kms_key.notifications.policy).Statement : jsonencode(statement.Principal) => try(statement.Condition, null) } == {
      "{\"AWS\":\"arn:aws:iam::123456789012:root\"}" = null
      "{\"Service\":\"cloudwatch.amazonaws.com\"}" = {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*" }
      }
    }
    error_message = "the topic's key is the account's, and of its alarms"
  }
  assert {
    condition     = toset(jsondecode(aws_kms_key.notifications.policy).Statement[1].Action) == toset(["kms:Decrypt", "kms:GenerateDataKey*"])
    error_message = "an alarm needs both to publish to an encrypted topic"
  }
}

run "topic" {
  command = apply

  variables {
    name   = "rowledger-notifications"
    emails = ["ops@example.com"]
  }

  module {
    source = "./modules/notifications"
  }

  assert {
    condition = [for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : [statement.Effect, jsonencode(statement.Principal), statement.Action, statement.Condition]] == [
      ["Allow", "{\"Service\":\"cloudwatch.amazonaws.com\"}", "sns:Publish", {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*" }
      }],
      ["Deny", "\"*\"", "sns:Publish", { Bool = { "aws:SecureTransport" = "false" } }],
    ]
    error_message = "alarms of this account publish, and nobody over plain HTTP"
  }
  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn
    error_message = "the topic is encrypted with the key that alarms may use"
  }
}

run "log_bucket" {
  command = apply

  variables {
    name              = "candidate-test-logs"
    source_buckets    = ["candidate-test-input"]
    force_destroy     = false
    expire_after_days = 90
  }

  module {
    source = "./modules/log_bucket"
  }

  assert {
    condition = [for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : [statement.Effect, jsonencode(statement.Principal), statement.Action, statement.Condition]] == [
      ["Allow", "{\"Service\":\"logging.s3.amazonaws.com\"}", "s3:PutObject", {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnLike      = { "aws:SourceArn" = ["arn:aws:s3:::candidate-test-input"] }
      }],
      ["Deny", "\"*\"", "s3:*", { Bool = { "aws:SecureTransport" = "false" } }],
    ]
    error_message = "S3 delivers the logs of these buckets, and nobody anything over plain HTTP"
  }
}

run "failure_queue" {
  command = apply

  variables {
    name              = "csv-processor-failures"
    retention_seconds = 1209600
  }

  module {
    source = "./modules/failure_queue"
  }

  assert {
    condition = [for statement in jsondecode(aws_sqs_queue_policy.this[0].policy).Statement : [statement.Effect, statement.Principal, statement.Action, statement.Condition]] == [
      ["Deny", "*", "sqs:*", { Bool = { "aws:SecureTransport" = "false" } }],
    ]
    error_message = "nobody uses the queue over plain HTTP"
  }
}

run "trigger" {
  command = apply

  variables {
    bucket        = "candidate-test-input"
    bucket_arn    = "arn:aws:s3:::candidate-test-input"
    events        = ["s3:ObjectCreated:*"]
    function_name = "csv-processor"
    qualifier     = "live"
    invoked_arn   = "arn:aws:lambda:us-east-1:123456789012:function:csv-processor:live"
  }

  module {
    source = "./modules/trigger"
  }

  assert {
    condition     = aws_lambda_permission.bucket.principal == "s3.amazonaws.com" && aws_lambda_permission.bucket.source_arn == "arn:aws:s3:::candidate-test-input" && aws_lambda_permission.bucket.source_account == "123456789012"
    error_message = "S3 invokes the function for this bucket, as long as it is this account's"
  }
  assert {
    condition     = aws_lambda_permission.bucket.qualifier == "live" && aws_s3_bucket_notification.this.lambda_function[0].lambda_function_arn == var.invoked_arn
    error_message = "what is invoked is what may be"
  }
}

run "flow_logs" {
  command = apply

  variables {
    availability_zones      = ["us-east-1a", "us-east-1b"]
    lambda_cidr             = "10.0.0.0/16"
    database_cidr           = "10.1.0.0/16"
    database_port           = 5432
    endpoint_policies       = { s3 = "{}", secretsmanager = "{}", sns = "{}" }
    endpoints_in_one_zone   = false
    nat_gateway             = false
    s3_prefix_list_rule     = true
    flow_log_retention_days = 30
  }

  module {
    source = "./modules/network"
  }

  assert {
    condition = jsondecode(aws_iam_role.flow_logs.assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/*" }
    }
    error_message = "the role is for flow logs of this account"
  }
  assert {
    condition     = toset(jsondecode(aws_iam_role_policy.flow_logs.policy).Statement[0].Resource) == toset([for group in aws_cloudwatch_log_group.flow_logs : "arn:aws:logs:us-east-1:123456789012:log-group:${group.name}:*"])
    error_message = "and writes to their two log groups"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.flow_logs.policy).Statement : statement.Action if statement.Sid == "FindTheTwoLogs"] == ["logs:DescribeLogGroups"]
    error_message = "elsewhere it only sees which log groups there are"
  }
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.flow_logs : group.retention_in_days == 30 && group.kms_key_id == var.kms_key_arn])
    error_message = "flow logs are encrypted, and kept as long as is said"
  }
}
