# One Lambda function of the contract: its role, its log, its code, a version for each package, the
# alias that says which version is in service, and what happens to an asynchronous event that failed.

locals {
  # $LATEST as well as the alias: nothing here invokes the function by its bare name, but if somebody
  # does, the events are to be retried and kept like all others.
  asynchronous_qualifiers = var.retries == null ? [] : [var.alias, "$LATEST"]
}

resource "aws_iam_role" "this" {
  name                 = var.role
  assume_role_policy   = var.trust_policy
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "this" {
  for_each = var.policies

  role   = aws_iam_role.this.name
  name   = each.key
  policy = each.value
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:the record of a file is the ledger, which is kept for good; the log serves to find a fault, and the contract says for how long
  name              = var.function.log_group
  retention_in_days = var.function.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:csv-processor's failed events go to the queue that the event-invoke settings name, with the error beside them; the reconciler's next run does what a failed one left, and the administrator is answered to
  #checkov:skip=CKV_AWS_272:no signer exists before the release does; the package is reproducible and its digest is in the plan
  function_name                  = var.function.name
  role                           = aws_iam_role.this.arn
  runtime                        = var.function.runtime
  handler                        = var.function.handler
  architectures                  = [var.function.architecture]
  memory_size                    = var.function.memory_mb
  timeout                        = var.function.timeout_seconds
  filename                       = var.package
  source_code_hash               = filebase64sha256(var.package)
  publish                        = true
  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = var.kms_key_arn

  environment {
    variables = var.environment
  }

  logging_config {
    log_format = "Text" # the function writes JSON lines itself
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = "Active"
  }

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = [var.security_group_id]
  }

  # Lambda keeps the function's network interfaces for up to 45 minutes after it is gone. Moved to
  # the default security group first, $LATEST holds no group of ours back; published versions may.
  replace_security_groups_on_destroy = true

  # Its rights come before the function and outlive it: Lambda uses them to remove the interfaces.
  depends_on = [aws_iam_role_policy.this]
}

# An apply makes versions and puts none into service: rowledger deploy moves the alias, and back.
resource "aws_lambda_alias" "live" {
  name             = var.alias
  description      = "What is in service"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = toset(local.asynchronous_qualifiers)

  function_name                = aws_lambda_function.this.function_name
  qualifier                    = each.value == var.alias ? aws_lambda_alias.live.name : each.value
  maximum_retry_attempts       = var.retries.maximum_retry_attempts
  maximum_event_age_in_seconds = var.retries.maximum_event_age_seconds

  dynamic "destination_config" {
    for_each = var.failure_queue[*]
    content {
      on_failure {
        destination = destination_config.value.arn
      }
    }
  }

  # Lambda checks that the role may send there.
  depends_on = [aws_iam_role_policy.this]
}
