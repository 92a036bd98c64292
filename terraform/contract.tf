# What the local stack and this configuration share, read from the very files that it reads.

locals {
  contract = "${path.module}/../src/rowledger/functions/contract"
  pipeline = jsondecode(file("${local.contract}/pipeline.json"))
  settings = jsondecode(file("${local.contract}/settings.json")).settings

  buckets    = { for use, name in local.pipeline.buckets : use => "${name}${var.bucket_suffix}" }
  log_bucket = "candidate-test-logs${var.bucket_suffix}"
  alias      = local.pipeline.alias

  # The values of the policy documents' placeholders. Where a name decides an ARN it is written from
  # the name, so that a plan shows the policies as they will be.
  arns = {
    region      = var.aws_region
    network_arn = "arn:aws:ec2:${var.aws_region}:${var.account_id}:*/*"

    input_bucket_arn  = "arn:aws:s3:::${local.buckets.input}"
    output_bucket_arn = "arn:aws:s3:::${local.buckets.output}"
    backup_bucket_arn = "arn:aws:s3:::${local.buckets.backup}"

    # Secrets Manager ends each ARN in six characters of its own choice.
    database_secret_arn = "arn:aws:secretsmanager:${var.aws_region}:${var.account_id}:secret:${local.pipeline.secret}-??????"
    reader_secret_arn   = "arn:aws:secretsmanager:${var.aws_region}:${var.account_id}:secret:${local.pipeline.reader_secret}-??????"
    operator_secret_arn = "arn:aws:secretsmanager:${var.aws_region}:${var.account_id}:secret:${local.pipeline.operator_secret}-??????"
    master_secret_arn   = local.master_secret_arn
    topic_arn           = "arn:aws:sns:${var.aws_region}:${var.account_id}:${local.pipeline.topic}"
    events_topic_arn    = "arn:aws:sns:${var.aws_region}:${var.account_id}:${local.pipeline.events_topic}"
    failure_queue_arn   = "arn:aws:sqs:${var.aws_region}:${var.account_id}:${local.pipeline.failure_queue.name}"
    processor_arn       = "${local.lambda_arn}:${local.pipeline.functions.processor.name}:${local.alias}"
    reconciler_arn      = "${local.lambda_arn}:${local.pipeline.functions.reconciler.name}:${local.alias}"

    processor_log_group_arn     = "${local.log_arn}:${local.pipeline.functions.processor.log_group}"
    reconciler_log_group_arn    = "${local.log_arn}:${local.pipeline.functions.reconciler.log_group}"
    administrator_log_group_arn = "${local.log_arn}:${local.pipeline.functions.administrator.log_group}"

    ledger_reader_log_group_arn   = "${local.log_arn}:${local.pipeline.functions.ledger_reader.log_group}"
    ledger_operator_log_group_arn = "${local.log_arn}:${local.pipeline.functions.ledger_operator.log_group}"

    data_key_arn         = module.encryption.data_key_arn
    notification_key_arn = module.encryption.notification_key_arn
  }
  lambda_arn = "arn:aws:lambda:${var.aws_region}:${var.account_id}:function"
  log_arn    = "arn:aws:logs:${var.aws_region}:${var.account_id}:log-group"
}
