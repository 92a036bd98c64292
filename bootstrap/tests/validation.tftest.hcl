# Each rule about a variable refuses what it is there for. One run holds one wrong value for each of
# many variables, and every one of them must be refused.

mock_provider "aws" {}

variables {
  account_id     = "123456789012"
  environment    = "test"
  bucket_suffix  = "-test"
  plan_subjects  = ["repo:acme/rowledger:pull_request"]
  apply_subjects = ["repo:acme/rowledger:environment:prod"]
}

run "wrong_values" {
  command = plan

  variables {
    account_id     = "12345678901"
    aws_region     = "us-gov-west-1"
    environment    = "Prod"
    bucket_suffix  = "_acme"
    plan_subjects  = []
    apply_subjects = []
  }

  expect_failures = [
    var.account_id,
    var.aws_region,
    var.environment,
    var.bucket_suffix,
    var.plan_subjects,
    var.apply_subjects,
  ]
}

run "any_repository" {
  command = plan

  variables {
    environment       = "bootstrap" # where its own state is
    plan_subjects     = ["repo:acme/*:pull_request"]
    apply_subjects    = ["repo:acme/*:environment:prod"]
    oidc_provider_arn = "arn:aws:iam::999999999999:oidc-provider/token.actions.githubusercontent.com"
  }

  expect_failures = [
    var.environment,
    var.plan_subjects,
    var.apply_subjects,
    var.oidc_provider_arn,
  ]
}

run "any_branch_and_a_pull_request" {
  command = plan

  variables {
    plan_subjects     = ["repo:acme/rowledger:ref:refs/heads/*"]
    apply_subjects    = ["repo:acme/rowledger:pull_request"]
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/example.com"
  }

  expect_failures = [
    var.plan_subjects,
    var.apply_subjects,
    var.oidc_provider_arn,
  ]
}

run "one_wrong_subject_among_right_ones_and_no_repository" {
  command = plan

  variables {
    plan_subjects  = ["repo:acme/rowledger:pull_request", "repo:acme/rowledger"]
    apply_subjects = ["repo:acme/rowledger:environment:prod", "repo:acme/rowledger:ref:refs/heads/main"]
  }

  expect_failures = [
    var.plan_subjects,
    var.apply_subjects,
  ]
}

run "immutable_subjects" {
  command = plan

  variables {
    plan_subjects  = ["repo:acme@123456/rowledger@7890:pull_request", "repo:acme@123456/rowledger@7890:ref:refs/heads/main"]
    apply_subjects = ["repo:acme@123456/rowledger@7890:environment:prod"]
  }
}
