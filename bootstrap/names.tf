# What the pipeline's resources are called, from the contract where it says so. What has no name of
# its own before it is made (networks, keys) is known by account and region only: an account is one
# deployment's.

locals {
  pipeline = jsondecode(file("${path.module}/../src/rowledger/functions/contract/pipeline.json"))

  bucket_names = concat(values(local.pipeline.buckets), ["candidate-test-logs"])
  # In the order in which the policies list them: by its keys an object would put another first.
  functions      = [for use in ["processor", "reconciler", "administrator", "ledger_reader", "ledger_operator"] : local.pipeline.functions[use]]
  function_names = local.functions[*].name
  schedules = concat(
    [for function in local.functions : function.schedule if can(function.schedule)],
    [local.pipeline.functions.reconciler.expectations_schedule],
  )
  monitoring_role = "rowledger-database-monitoring"
  passed_roles = {
    "lambda.amazonaws.com"         = local.functions[*].role
    "scheduler.amazonaws.com"      = local.schedules[*].role
    "vpc-flow-logs.amazonaws.com"  = ["rowledger-flow-logs"]
    "monitoring.rds.amazonaws.com" = [local.monitoring_role]
  }
  log_group_names = concat(local.functions[*].log_group, ["/rowledger/flow-logs/*", "/aws/rds/instance/rowledger/*"])

  # arn:aws:SERVICE:REGION:ACCOUNT of the services that have both in it.
  regional = {
    for service in ["cloudwatch", "ec2", "kms", "lambda", "logs", "rds", "scheduler", "secretsmanager", "sns", "sqs"] :
    service => "arn:aws:${service}:${var.aws_region}:${var.account_id}"
  }

  topic_arns     = [for name in [local.pipeline.topic, local.pipeline.events_topic] : "${local.regional.sns}:${name}"]
  function_arns  = [for name in local.function_names : "${local.regional.lambda}:function:${name}"]
  log_group_arns = [for name in local.log_group_names : "${local.regional.logs}:log-group:${name}"]
  role_arns      = [for name in flatten(values(local.passed_roles)) : "arn:aws:iam::${var.account_id}:role/${name}"]
  key_arns       = ["${local.regional.kms}:key/*"]
  input_bucket   = "arn:aws:s3:::${local.pipeline.buckets.input}${var.bucket_suffix}"

  own_master_secret = var.platform.managed_master_secret ? [] : ["${local.regional.secretsmanager}:secret:rowledger/master*"]

  # By the names that permissions/*.json uses.
  arns = {
    any     = ["*"]
    network = ["${local.regional.ec2}:*/*"]
    # AWS makes an endpoint's private zone, and for some of them asks its maker for this.
    private_zones = ["arn:aws:route53:::hostedzone/*"]
    buckets       = [for name in local.bucket_names : "arn:aws:s3:::${name}${var.bucket_suffix}"]
    keys          = local.key_arns
    aliases       = ["${local.regional.kms}:alias/rowledger-data", "${local.regional.kms}:alias/rowledger-notifications"]
    secrets       = concat(["${local.regional.secretsmanager}:secret:${local.pipeline.secret}*"], local.own_master_secret)
    # The master's, where RDS makes it; else, on the emulator, Terraform does.
    managed_master_secret = var.platform.managed_master_secret ? ["${local.regional.secretsmanager}:secret:rds!db-*"] : []
    own_master_secret     = local.own_master_secret
    database = [
      "${local.regional.rds}:db:rowledger",
      "${local.regional.rds}:subgrp:rowledger",
      "${local.regional.rds}:pg:rowledger-*",
      "${local.regional.rds}:og:default:*",
    ]
    functions  = concat(local.function_arns, [for arn in local.function_arns : "${arn}:*"])
    schedule   = [for each in local.schedules : "${local.regional.scheduler}:schedule/default/${each.name}"]
    log_groups = concat(local.log_group_arns, [for arn in local.log_group_arns : "${arn}:*"])
    alarms     = [for name in keys(local.pipeline.alarms) : "${local.regional.cloudwatch}:alarm:${name}"]
    dashboard  = ["arn:aws:cloudwatch::${var.account_id}:dashboard/rowledger"]
    # With a subscription's ARN, which is the topic's and more.
    topic = flatten([for arn in local.topic_arns : [arn, "${arn}:*"]])
    queue = ["${local.regional.sqs}:${local.pipeline.failure_queue.name}"]
    roles = local.role_arns

    new_functions         = local.function_arns
    bounded_roles         = local.role_arns
    passed_roles          = local.role_arns
    monitored_role        = ["arn:aws:iam::${var.account_id}:role/${local.monitoring_role}"]
    database_service_role = ["arn:aws:iam::${var.account_id}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"]
    keys_for_services     = local.key_arns
    keys_through_services = local.key_arns
    keys_through_lambda   = local.key_arns
  }

  # What must be true besides the name.
  conditions = {
    bounded_roles = { StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
    monitored_role = {
      StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn }
      ArnEquals    = { "iam:PolicyARN" = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole" }
    }
    passed_roles          = { StringEquals = { "iam:PassedToService" = keys(local.passed_roles) } }
    database_service_role = { StringEquals = { "iam:AWSServiceName" = "rds.amazonaws.com" } }
    # A grant that Lambda or RDS needs to go on using the key, not one for somebody.
    keys_for_services = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
    # A secret that is made is encrypted, and so is the database's master secret.
    keys_through_services = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.aws_region}.amazonaws.com" } }
    # Without it Lambda answers for a function without its settings, and a plan shows them as new.
    keys_through_lambda = { StringEquals = { "kms:ViaService" = "lambda.${var.aws_region}.amazonaws.com" } }
  }
}
