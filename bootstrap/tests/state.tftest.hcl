# Where the state is, and who reaches which.

mock_provider "aws" {}

variables {
  account_id     = "123456789012"
  environment    = "test"
  bucket_suffix  = "-test"
  plan_subjects  = ["repo:acme/rowledger:pull_request"]
  apply_subjects = ["repo:acme/rowledger:environment:prod"]
}

run "the_bucket" {
  command = plan

  assert {
    condition     = aws_s3_bucket.state.bucket == "rowledger-state-123456789012"
    error_message = "it has the account's name, as terraform/env/*.s3.tfbackend says"
  }
  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "a state that was overwritten can be had again"
  }
  assert {
    condition     = jsondecode(aws_s3_bucket_policy.state[0].policy).Statement[0].Condition == { Bool = { "aws:SecureTransport" = "false" } } && jsondecode(aws_s3_bucket_policy.state[0].policy).Statement[0].Effect == "Deny"
    error_message = "nobody reaches it over plain HTTP"
  }
}

run "an_emulator_without_tls" {
  command = plan

  variables {
    platform = { tls_only = false }
  }

  assert {
    condition     = length(aws_s3_bucket_policy.state) == 0
    error_message = "an emulator that speaks plain HTTP can be reached"
  }
}

run "who_reaches_which_state" {
  command = plan

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.plan_state.policy).Statement :
      statement.Resource => flatten([statement.Action])
      } == {
      "arn:aws:s3:::rowledger-state-123456789012"                        = ["s3:ListBucket"]
      "arn:aws:s3:::rowledger-state-123456789012/test/terraform.tfstate" = ["s3:GetObject"]
    }
    error_message = "a plan reads its environment's state, and neither takes nor breaks an apply's lock"
  }
  assert {
    condition = toset([
      for statement in jsondecode(aws_iam_role_policy.apply_state.policy).Statement : statement.Resource
      if contains(flatten([statement.Action]), "s3:PutObject")
      ]) == toset([
      "arn:aws:s3:::rowledger-state-123456789012/test/terraform.tfstate",
      "arn:aws:s3:::rowledger-state-123456789012/test/terraform.tfstate.tflock",
    ])
    error_message = "an apply writes its environment's state, and not that of the bootstrap"
  }
}
