# Who GitHub's jobs are here: AWS trusts the tokens that GitHub signs for each job, and a role takes
# those alone whose subject it names. No long-lived key exists.

locals {
  github = "token.actions.githubusercontent.com"

  # Made of the name, so that a plan shows the trust policies as they will be.
  oidc_provider_arn = "arn:aws:iam::${var.account_id}:oidc-provider/${local.github}"

  subjects = {
    plan  = var.plan_subjects
    apply = var.apply_subjects
  }
  trust_policies = {
    for role, subjects in local.subjects : role => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "JobsOfTheseSubjects"
        Effect    = "Allow"
        Principal = { Federated = local.oidc_provider_arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "${local.github}:aud" = "sts.amazonaws.com"
            "${local.github}:sub" = sort(subjects)
          }
        }
      }]
    })
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.oidc_provider_arn == null ? 1 : 0

  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "plan" {
  name               = "rowledger-plan"
  description        = "Pull requests: sees how everything is configured, and no content of anything"
  assume_role_policy = local.trust_policies.plan

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role" "apply" {
  name               = "rowledger-apply"
  description        = "Deployments from the protected environment: makes and changes the pipeline"
  assume_role_policy = local.trust_policies.apply
  # Seconds, as long as the job may take: a change of the database or of a network can take more than
  # the hour that is usual, and Terraform must still write its state then.
  max_session_duration = 7200

  depends_on = [aws_iam_openid_connect_provider.github]
}
