# Each rule about a variable refuses what it is there for. One run holds one wrong value for each of
# many variables, and every one of them must be refused.

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

run "wrong_values" {
  command = plan

  variables {
    account_id                 = "12345678901"
    aws_region                 = "us-gov-west-1"
    environment                = "Prod"
    runbook_url                = "docs/runbook.md"
    bucket_suffix              = "_acme"
    input_retention_days       = 14
    backup_archive_days        = 0
    backup_object_lock_days    = 0
    access_log_retention_days  = 0
    settings                   = { ROWLEDGER_NO_SUCH = "x" }
    processor_concurrency      = 0
    ledger_reader_concurrency  = 0
    account_concurrency        = 2
    database_instance_class    = "t4g.micro"
    database_max_connections   = 19
    database_spare_connections = 7
    database_storage_gb        = 19
    database_backup_days       = 0
    database_master_username   = "postgres"
    database_address           = "nowhere"
    rotation_days              = -1
    secret_recovery_days       = 3
    key_deletion_window_days   = 6
    notification_emails        = []
    lambda_vpc_cidr            = "10.0.0.0/24"
  }

  expect_failures = [
    var.account_id,
    var.aws_region,
    var.environment,
    var.runbook_url,
    var.bucket_suffix,
    var.input_retention_days,
    var.backup_archive_days,
    var.backup_object_lock_days,
    var.access_log_retention_days,
    var.settings,
    var.processor_concurrency,
    var.ledger_reader_concurrency,
    var.account_concurrency,
    var.database_instance_class,
    var.database_max_connections,
    var.database_spare_connections,
    var.database_storage_gb,
    var.database_backup_days,
    var.database_master_username,
    var.database_address,
    var.rotation_days,
    var.secret_recovery_days,
    var.key_deletion_window_days,
    var.notification_emails,
    var.lambda_vpc_cidr,
  ]
}

run "other_wrong_values" {
  command = plan

  variables {
    availability_zones        = ["us-east-1a", "us-east-1a"]
    settings                  = { ROWLEDGER_INPUT_BUCKET = "elsewhere" }
    processor_concurrency     = 1.5
    database_backup_days      = 36
    database_max_connections  = 5001
    notification_emails       = ["not an address"]
    event_subscriber_accounts = ["21098765432"]
    database_vpc_cidr         = "10.1.0.0/24"
    permissions_boundary      = "arn:aws:iam::999999999999:policy/of-another-account"
  }

  expect_failures = [
    var.availability_zones,
    var.settings,
    var.processor_concurrency,
    var.database_backup_days,
    var.database_max_connections,
    var.notification_emails,
    var.event_subscriber_accounts,
    var.database_vpc_cidr,
    var.permissions_boundary,
  ]
}

run "more_mails_than_the_contract_allows" {
  command = plan

  variables {
    settings = { ROWLEDGER_MAILS_A_MINUTE = "241" }
  }

  expect_failures = [var.settings]
}

run "a_number_that_is_none" {
  command = plan

  variables {
    settings = { ROWLEDGER_MAILS_A_MINUTE = "0" }
  }

  expect_failures = [var.settings]
}

run "a_switch_that_is_neither_on_nor_off" {
  command = plan

  variables {
    settings = { ROWLEDGER_MAIL_DIGEST = "yes" }
  }

  expect_failures = [var.settings]
}

run "a_choice_that_there_is_not" {
  command = plan

  variables {
    settings = { ROWLEDGER_MAILED_STATUSES = "successes" }
  }

  expect_failures = [var.settings]
}

run "values_that_contradict_one_another" {
  command = plan

  variables {
    availability_zones        = ["eu-west-1a", "eu-west-1b"] # of another region
    input_retention_days      = 30
    backup_retention_days     = 90 # gone before it is archived
    backup_archive_days       = 90
    database_storage_gb       = 20 # and no room to grow
    database_max_storage_gb   = 21
    database_vpc_cidr         = "10.0.0.0/16" # the other VPC's
    permissions_boundary      = "arn:aws:iam::123456789012:role/no-policy"
    event_subscriber_accounts = ["123456789012"] # this one
  }

  expect_failures = [
    var.availability_zones,
    var.backup_retention_days,
    var.database_max_storage_gb,
    var.database_vpc_cidr,
    var.permissions_boundary,
    var.event_subscriber_accounts,
  ]
}

run "backups_that_expire_beneath_their_uploads" {
  command = plan

  variables {
    # An expired upload is still there for as long again, as a noncurrent version.
    input_retention_days  = 30
    backup_retention_days = 66
  }

  expect_failures = [var.backup_retention_days]
}

run "backups_that_expire_and_uploads_that_never_do" {
  command = plan

  variables {
    backup_retention_days = 2557
  }

  expect_failures = [var.backup_retention_days]
}

run "backups_that_outlive_their_uploads" {
  command = plan

  variables {
    input_retention_days  = 30
    backup_retention_days = 67
  }
}

run "a_package_that_is_missing" {
  command = plan

  variables {
    package = "tests/packages/missing.zip"
  }

  expect_failures = [var.package]
}

run "a_package_without_ca_certificates" {
  command = plan

  variables {
    package = "tests/packages/uncertified.zip"
  }

  expect_failures = [var.package]
}

run "a_package_that_is_not_its_manifests" {
  command = plan

  variables {
    package = "tests/packages/stale.zip"
  }

  expect_failures = [var.package]
}

run "a_package_without_ca_certificates_for_a_database_on_this_machine" {
  command = plan

  variables {
    package  = "tests/packages/uncertified.zip"
    settings = { ROWLEDGER_DATABASE_TLS = "local" }
  }
}
