# How the parts are connected.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_id          = "123456789012"
  environment         = "test"
  bucket_suffix       = "-test"
  notification_emails = ["ops@example.com"]
  package             = "tests/packages/whole.zip"
}

run "names" {
  command = plan

  assert {
    condition     = output.buckets.input == "candidate-test-input-test" && output.buckets.output == "candidate-test-output-test" && output.buckets.backup == "candidate-test-backup-test"
    error_message = "the suffix follows each bucket's name"
  }
  assert {
    condition     = output.settings.ROWLEDGER_INPUT_BUCKET == "candidate-test-input-test" && output.settings.ROWLEDGER_TOPIC_ARN == "arn:aws:sns:us-east-1:123456789012:rowledger-notifications"
    error_message = "the function knows the names of what was made"
  }
  assert {
    condition     = output.settings.ROWLEDGER_DATABASE_TLS == "verify-full"
    error_message = "the database's certificate and name are checked"
  }
  assert {
    condition     = !contains(keys(output.settings), "ROWLEDGER_MASTER_SECRET_ID")
    error_message = "the function does not know of the master's secret"
  }
}

run "a_setting_of_ones_own" {
  command = plan

  variables {
    settings = { ROWLEDGER_HEADER = "false" }
  }

  assert {
    condition     = output.settings.ROWLEDGER_HEADER == "false"
    error_message = "settings override the contract's defaults"
  }
}

run "rotation_can_wait" {
  command = plan

  variables {
    rotation_days = 0
  }

  assert {
    condition     = length(aws_secretsmanager_secret_rotation.database) == 0
    error_message = "0 turns rotation off"
  }
}

run "rotation" {
  command = plan

  assert {
    condition     = alltrue([for permission in [aws_lambda_permission.rotation, aws_lambda_permission.reader_rotation, aws_lambda_permission.operator_rotation] : permission.qualifier == "live"])
    error_message = "it may invoke the version in service, and no other"
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.database[0].rotation_rules[0].automatically_after_days == 30 && !aws_secretsmanager_secret_rotation.database[0].rotate_immediately
    error_message = "the functions' password is changed every 30 days"
  }
  assert {
    condition     = aws_lambda_permission.rotation.source_account == "123456789012" && aws_lambda_permission.rotation.principal == "secretsmanager.amazonaws.com"
    error_message = "Secrets Manager may invoke the administrator, for this account only"
  }
}

run "rotation_by_the_version_in_service" {
  command = plan

  override_module {
    target          = module.administrator
    override_during = plan
    outputs = {
      name      = "csv-administrator"
      alias     = "live"
      alias_arn = "arn:aws:lambda:us-east-1:123456789012:function:csv-administrator:live"
      version   = "7"
      role_arn  = "arn:aws:iam::123456789012:role/csv-administrator"
    }
  }

  assert {
    condition     = toset([for rotation in [aws_secretsmanager_secret_rotation.database, aws_secretsmanager_secret_rotation.reader, aws_secretsmanager_secret_rotation.operator] : rotation[0].rotation_lambda_arn]) == toset(["arn:aws:lambda:us-east-1:123456789012:function:csv-administrator:live"])
    error_message = "each rotation names the alias: a bare name runs the newest version, in service or not"
  }
}

run "alarms" {
  command = apply

  variables {
    topic_arn = "arn:aws:sns:us-east-1:123456789012:rowledger-notifications"
    runbook   = "https://example.com/runbook.md"
    alarms = {
      some = {
        description        = "d"
        namespace          = "n"
        metric             = "m"
        dimensions         = {}
        statistic          = "Sum"
        comparison         = "GreaterThanThreshold"
        threshold          = 0
        period_seconds     = 60
        evaluation_periods = 1
        treat_missing_data = "notBreaching"
      }
    }
  }

  module {
    source = "./modules/alarms"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["some"].alarm_actions == toset([var.topic_arn])
    error_message = "an alarm notifies the topic"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["some"].alarm_description == "d What to do: https://example.com/runbook.md#some"
    error_message = "an alarm's mail says what happened and which page to open"
  }
}
