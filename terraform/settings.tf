# The functions' environment: each setting of the contract that a function uses, if it has a value.

locals {
  setting_defaults = { for setting in local.settings : setting.name => setting.default if can(setting.default) }
  optional_settings = {
    for name, value in merge(local.setting_defaults, local.settings_of_aws, var.settings) :
    name => value if value != ""
  }
  settings_of_aws = {
    # Where Lambda unpacks the package.
    ROWLEDGER_DATABASE_CA_FILE = "/var/task/${local.pipeline.package.database_ca_file}"
  }
  required_settings = {
    ROWLEDGER_INPUT_BUCKET       = local.buckets.input
    ROWLEDGER_OUTPUT_BUCKET      = local.buckets.output
    ROWLEDGER_BACKUP_BUCKET      = local.buckets.backup
    ROWLEDGER_TOPIC_ARN          = local.arns.topic_arn
    ROWLEDGER_EVENTS_TOPIC_ARN   = local.arns.events_topic_arn
    ROWLEDGER_DATABASE_SECRET_ID = local.pipeline.secret
    ROWLEDGER_READER_SECRET_ID   = local.pipeline.reader_secret
    ROWLEDGER_OPERATOR_SECRET_ID = local.pipeline.operator_secret
    ROWLEDGER_MASTER_SECRET_ID   = local.master_secret_arn
    ROWLEDGER_DATABASE_ADDRESS   = "${local.database_address}/${local.pipeline.database.name}"
  }
  database_address  = coalesce(var.database_address, "${module.database.host}:${local.database_port}")
  database_port     = 5432
  master_secret_arn = module.database.master_secret_arn

  all_settings = merge(local.optional_settings, local.required_settings)
  # Whose database login is another than csv-processor's.
  own_settings = {
    ledger_reader   = { ROWLEDGER_DATABASE_SECRET_ID = local.pipeline.reader_secret }
    ledger_operator = { ROWLEDGER_DATABASE_SECRET_ID = local.pipeline.operator_secret }
  }
  environments = {
    for user in keys(local.pipeline.functions) : user => {
      for setting in local.settings : setting.name => merge(local.all_settings, lookup(local.own_settings, user, {}))[setting.name]
      if contains(setting.used_by, user) && contains(keys(local.all_settings), setting.name)
    }
  }
}
