# What a bucket is by itself.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name          = "candidate-test-backup"
  kms_key_arn   = "arn:aws:kms:us-east-1:123456789012:key/mock"
  log_bucket    = "candidate-test-logs"
  tls_only      = true
  force_destroy = false
}

run "kept_for_good" {
  command = apply

  module {
    source = "./modules/bucket"
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this[0].policy).Statement[0].Condition == { Bool = { "aws:SecureTransport" = "false" } } && jsondecode(aws_s3_bucket_policy.this[0].policy).Statement[0].Effect == "Deny"
    error_message = "plain HTTP is refused"
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id] == ["leftovers"]
    error_message = "nothing but leftovers is removed"
  }
  assert {
    condition     = length(aws_s3_bucket_object_lock_configuration.this) == 0 && !aws_s3_bucket.this.object_lock_enabled
    error_message = "no lock unless asked for"
  }
}

run "archived_locked_and_expired" {
  command = apply

  variables {
    archive_after_days = 30
    expire_after_days  = 400
    object_lock_days   = 365
  }

  module {
    source = "./modules/bucket"
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id] == ["leftovers", "archive", "expire"]
    error_message = "each number of days is a rule"
  }
  assert {
    condition     = aws_s3_bucket.this.object_lock_enabled && aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].days == 365
    error_message = "the lock holds for each new version"
  }
}
