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
    condition     = output.settings.ROWLEDGER_EVENTS_TOPIC_ARN == "arn:aws:sns:us-east-1:123456789012:rowledger-events"
    error_message = "and the topic for programs"
  }
  assert {
    condition     = [output.settings.ROWLEDGER_MAILS_A_MINUTE, output.settings.ROWLEDGER_MAIL_DIGEST, output.settings.ROWLEDGER_MAILED_STATUSES] == ["30", "true", "all"]
    error_message = "mails are far below SNS's limit, what is beyond them comes in digests, and nothing is left out"
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

run "mails_of_ones_own" {
  command = plan

  variables {
    settings = { ROWLEDGER_MAILS_A_MINUTE = "240", ROWLEDGER_MAIL_DIGEST = "false", ROWLEDGER_MAILED_STATUSES = "failures" }
  }

  assert {
    condition     = [output.settings.ROWLEDGER_MAILS_A_MINUTE, output.settings.ROWLEDGER_MAIL_DIGEST, output.settings.ROWLEDGER_MAILED_STATUSES] == ["240", "false", "failures"]
    error_message = "as many mails as the contract allows, one by one, of rejected files only"
  }
  assert {
    condition     = local.environments.reconciler.ROWLEDGER_MAILS_A_MINUTE == "240"
    error_message = "both functions that send mails have the same budget"
  }
}

run "the_topic_for_programs" {
  command = plan

  assert {
    condition     = aws_sns_topic.events.name == "rowledger-events"
    error_message = "programs have a topic of their own"
  }
  assert {
    condition = [for statement in jsondecode(aws_sns_topic_policy.events[0].policy).Statement : [statement.Effect, jsonencode(statement.Principal), statement.Action, statement.Resource, statement.Condition]] == [
      ["Deny", "\"*\"", "sns:Publish", "arn:aws:sns:us-east-1:123456789012:rowledger-events", { Bool = { "aws:SecureTransport" = "false" } }],
    ]
    error_message = "nobody publishes over plain HTTP, and nobody outside the account does anything"
  }
}

run "a_topic_for_programs_of_another_account" {
  command = plan

  variables {
    event_subscriber_accounts = ["210987654321"]
  }

  assert {
    condition = [for statement in jsondecode(aws_sns_topic_policy.events[0].policy).Statement : [statement.Effect, jsonencode(statement.Principal), statement.Action, statement.Condition]] == [
      ["Deny", "\"*\"", "sns:Publish", { Bool = { "aws:SecureTransport" = "false" } }],
      ["Allow", "{\"AWS\":[\"arn:aws:iam::210987654321:root\"]}", "sns:Subscribe", { StringEquals = { "sns:Protocol" = "sqs" } }],
    ]
    error_message = "the other account may subscribe queues, and do nothing else"
  }
}

run "the_topic_is_encrypted" {
  command = plan

  override_module {
    target          = module.encryption
    override_during = plan
    outputs = {
      data_key_arn         = "arn:aws:kms:us-east-1:123456789012:key/data"
      notification_key_arn = "arn:aws:kms:us-east-1:123456789012:key/notifications"
    }
  }

  assert {
    condition     = aws_sns_topic.events.kms_master_key_id == "arn:aws:kms:us-east-1:123456789012:key/notifications"
    error_message = "with the key that the functions may use for topics"
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
