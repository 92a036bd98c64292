# Policies as they will be: the real provider, which asks nobody.

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "offline"
  secret_key                  = "offline"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  account_id     = "123456789012"
  environment    = "test"
  bucket_suffix  = "-test"
  plan_subjects  = ["repo:acme/rowledger:ref:refs/heads/main", "repo:acme/rowledger:pull_request"]
  apply_subjects = ["repo:acme/rowledger:environment:prod"]
}

run "who_takes_them" {
  command = plan

  assert {
    condition = alltrue([
      for policy in values(local.trust_policies) :
      length(jsondecode(policy).Statement) == 1
      && jsondecode(policy).Statement[0].Principal == { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
      && jsondecode(policy).Statement[0].Action == "sts:AssumeRoleWithWebIdentity"
      && keys(jsondecode(policy).Statement[0].Condition) == ["StringEquals"]
      && keys(jsondecode(policy).Statement[0].Condition.StringEquals) == ["token.actions.githubusercontent.com:aud", "token.actions.githubusercontent.com:sub"]
      && jsondecode(policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    ])
    error_message = "GitHub's jobs alone, for AWS, compared character by character"
  }
  assert {
    condition     = jsondecode(aws_iam_role.plan.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:acme/rowledger:pull_request", "repo:acme/rowledger:ref:refs/heads/main"]
    error_message = "exactly the subjects that may plan"
  }
  assert {
    condition     = jsondecode(aws_iam_role.apply.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:acme/rowledger:environment:prod"]
    error_message = "exactly the subject that may apply"
  }
  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 1 && aws_iam_openid_connect_provider.github[0].client_id_list == toset(["sts.amazonaws.com"])
    error_message = "the provider is made"
  }
}

run "a_provider_that_is_there_already" {
  command = plan

  variables {
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "an account can have only one"
  }
}

run "how_large_they_are" {
  command = plan

  assert {
    condition     = alltrue([for policy in concat(values(local.policies), values(local.people_policies), [aws_iam_policy.boundary.policy]) : length(policy) <= 6144])
    error_message = "IAM takes managed policies of 6,144 characters at most"
  }
  assert {
    condition     = length(aws_iam_role_policy_attachment.apply) <= 10
    error_message = "IAM attaches 10 policies to a role, unless it is asked for more"
  }
  assert {
    condition     = length(aws_iam_role_policy.apply_state.policy) + length(aws_iam_role_policy.deploy.policy) <= 10240
    error_message = "IAM takes 10,240 characters in a role's own policies"
  }
}

run "no_administrator" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for policy in concat(values(local.policies), [aws_iam_policy.boundary.policy, aws_iam_role_policy.plan_state.policy, aws_iam_role_policy.apply_state.policy, aws_iam_role_policy.deploy.policy]) : [
        for statement in jsondecode(policy).Statement : [for action in flatten([statement.Action]) : !strcontains(action, "*")]
      ]
    ]))
    error_message = "no action is a wildcard"
  }
  assert {
    condition = toset(flatten([
      for name, policy in local.policies : [
        for statement in jsondecode(policy).Statement : statement.Action if contains(flatten([statement.Resource]), "*")
      ] if startswith(name, "write-")
    ])) == toset(["ec2:DescribeNetworkInterfaces", "kms:CreateKey", "logs:DeleteQueryDefinition", "logs:PutQueryDefinition", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"])
    error_message = "what is written is named, but where AWS knows no name"
  }
  assert {
    condition = length(setintersection(
      flatten([for policy in values(local.policies) : [for statement in jsondecode(policy).Statement : statement.Action]]),
      [
        "s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion",
        "rds:DeleteDBInstance", "kms:ScheduleKeyDeletion", "kms:DisableKey", "sqs:DeleteQueue", "sqs:PurgeQueue",
        "sqs:ReceiveMessage", "logs:DeleteLogGroup", "secretsmanager:DeleteSecret", "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicy",
        "iam:DeleteRolePermissionsBoundary", "iam:CreateUser", "iam:CreateAccessKey", "sts:AssumeRole",
      ],
    )) == 0
    error_message = "no content is read, nothing that holds data is removed, and no ceiling is raised"
  }
}
