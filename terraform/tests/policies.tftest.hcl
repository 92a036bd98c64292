# The policies as they will be: the real provider, which asks nobody, and nothing made up but what
# only AWS can know.

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "offline"
  secret_key                  = "offline"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  account_id          = "123456789012"
  environment         = "test"
  bucket_suffix       = "-test"
  notification_emails = ["ops@example.com"]
  package             = "tests/packages/whole.zip"
}

override_module {
  target = module.encryption
  outputs = {
    data_key_arn         = "arn:aws:kms:us-east-1:123456789012:key/data"
    notification_key_arn = "arn:aws:kms:us-east-1:123456789012:key/notifications"
  }
}

override_module {
  target = module.database
  outputs = {
    identifier        = "rowledger"
    host              = "rowledger.test"
    master_secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-test-AbCdEf"
  }
}

run "roles" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for user, documents in local.policies : [
        for document in values(documents) : [
          for statement in jsondecode(document).Statement :
          !strcontains(jsonencode(statement.Action), "*") && !strcontains(jsonencode(statement), "$${")
        ]
      ]
    ]))
    error_message = "no action is a wildcard, and no placeholder is left"
  }
  assert {
    condition = alltrue(flatten([
      for user, documents in local.policies : [
        for document in values(documents) : [
          for statement in jsondecode(document).Statement :
          statement.Effect == "Deny" || statement.Resource != "*" || contains(["SeeNetworkInterfacesAndSubnets", "SendTraces"], statement.Sid)
        ]
      ]
    ]))
    error_message = "everything is allowed on something that is named, but the actions that AWS cannot narrow"
  }
  assert {
    condition = [
      for user, documents in local.policies : user
      if strcontains(jsonencode(documents), "secret:rds!db-test-AbCdEf")
    ] == ["administrator"]
    error_message = "the administrator alone reads the master's secret"
  }
  assert {
    condition     = local.environments.administrator.ROWLEDGER_MASTER_SECRET_ID == "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-test-AbCdEf" && local.environments.administrator.ROWLEDGER_DATABASE_ADDRESS == "rowledger.test:5432/rowledger"
    error_message = "the administrator knows where the database is, and whose secret the master's is"
  }
  assert {
    condition     = jsondecode(local.schedule_policy).Statement[0].Resource == "arn:aws:lambda:us-east-1:123456789012:function:csv-reconciler:live"
    error_message = "the schedule may invoke the alias that it invokes"
  }
  assert {
    condition     = [for statement in jsondecode(local.mail_schedule_policy).Statement : [statement.Action, statement.Resource]] == [["lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:csv-processor:live"]]
    error_message = "so may the schedule of the mails, and nothing else"
  }
  assert {
    condition     = alltrue([for name in ["schedule", "mail_schedule"] : jsondecode(local.trust_policies[name]).Statement[0].Condition == { StringEquals = { "aws:SourceAccount" = "123456789012" } }])
    error_message = "a schedule's role is taken for schedules of this account only"
  }
}

run "endpoints" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for policy in values(local.endpoint_policies) : [
        for statement in jsondecode(policy).Statement :
        statement.Resource != "*" && startswith(statement.Condition.ArnEquals["aws:PrincipalArn"], "arn:aws:iam::123456789012:role/csv-")
      ]
    ]))
    error_message = "through an endpoint the pipeline's roles reach the pipeline's resources, and nobody anything else"
  }
  assert {
    condition = toset(flatten([for statement in jsondecode(local.endpoint_policies.s3).Statement : statement.Resource])) == toset([
      "arn:aws:s3:::candidate-test-input-test", "arn:aws:s3:::candidate-test-input-test/*",
      "arn:aws:s3:::candidate-test-output-test", "arn:aws:s3:::candidate-test-output-test/receipts/*",
      "arn:aws:s3:::candidate-test-backup-test", "arn:aws:s3:::candidate-test-backup-test/backup/*",
    ])
    error_message = "the three buckets"
  }
  assert {
    condition     = toset(flatten([for statement in jsondecode(local.endpoint_policies.sns).Statement : statement.Resource])) == toset(["arn:aws:sns:us-east-1:123456789012:rowledger-notifications", "arn:aws:sns:us-east-1:123456789012:rowledger-events"])
    error_message = "the two topics"
  }
  assert {
    condition = toset(flatten([for statement in jsondecode(local.endpoint_policies.secretsmanager).Statement : statement.Resource])) == toset([
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:rowledger/database-??????",
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:rowledger/database/reader-??????",
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:rowledger/database/operator-??????",
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-*",
    ])
    error_message = "the three secrets of the functions and the master's"
  }
}
