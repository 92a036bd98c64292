# What each role may do, and what may be done through each endpoint: from the same documents, so
# that an endpoint never allows more than the roles that use it.

locals {
  function_names = { for use, function in local.pipeline.functions : use => function.name }
  role_names = merge(
    { for use, function in local.pipeline.functions : use => function.role },
    {
      schedule              = local.pipeline.functions.reconciler.schedule.role
      expectations_schedule = local.pipeline.functions.reconciler.expectations_schedule.role
      mail_schedule         = local.pipeline.functions.processor.schedule.role
    },
  )

  trust_policies = {
    for user, role in local.role_names : user => templatefile(
      "${local.contract}/policies/${role}-trust.json", { account_id = var.account_id }
    )
  }

  # The document that is named like the role says what the code does; the others what AWS does for
  # it: connect it to the VPC, trace it, encrypt.
  policy_names = {
    processor     = [local.role_names.processor, "network-interfaces", "tracing", "data-key", "notification-key"]
    reconciler    = [local.role_names.reconciler, "network-interfaces", "tracing", "data-key", "notification-key"]
    administrator = [local.role_names.administrator, "network-interfaces", "tracing", "data-key"]

    ledger_reader   = [local.role_names.ledger_reader, "network-interfaces", "tracing", "data-key"]
    ledger_operator = [local.role_names.ledger_operator, "network-interfaces", "tracing", "data-key"]
  }
  policies = {
    for user, names in local.policy_names : user => {
      for name in names : name => templatefile(
        "${local.contract}/policies/${name}.json",
        merge(local.arns, { function_arn = "${local.lambda_arn}:${local.function_names[user]}" }),
      )
    }
  }

  schedule_policy              = templatefile("${local.contract}/policies/${local.role_names.schedule}.json", local.arns)
  expectations_schedule_policy = templatefile("${local.contract}/policies/${local.role_names.expectations_schedule}.json", local.arns)
  mail_schedule_policy         = templatefile("${local.contract}/policies/${local.role_names.mail_schedule}.json", local.arns)

  # Each statement of the documents that are named like a role, for that role, at the endpoint of its
  # service. Which secret of RDS's own is the master's is not known before the database is; the
  # role's policy names it, the endpoint's the names that RDS gives.
  endpoint_arns = merge(local.arns, {
    master_secret_arn = "arn:aws:secretsmanager:${var.aws_region}:${var.account_id}:secret:rds!db-*"
  })
  endpoint_statements = flatten([
    for user, name in local.function_names : [
      for statement in jsondecode(templatefile(
        "${local.contract}/policies/${local.role_names[user]}.json", local.endpoint_arns
        )).Statement : {
        service = split(":", flatten([statement.Action])[0])[0]
        statement = {
          Sid       = "${replace(title(name), "-", "")}${statement.Sid}"
          Effect    = statement.Effect
          Principal = "*"
          Action    = statement.Action
          Resource  = statement.Resource
          Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::${var.account_id}:role/${local.role_names[user]}" } }
        }
      }
    ]
  ])
  endpoint_policies = {
    for service in ["s3", "secretsmanager", "sns"] : service => jsonencode({
      Version   = "2012-10-17"
      Statement = [for each in local.endpoint_statements : each.statement if each.service == service]
    })
  }
}
