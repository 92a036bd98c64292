# The pipeline, part by part; contract.tf says what the parts are called, policies.tf what they may
# do.

module "encryption" {
  source = "./modules/encryption"

  account_id           = var.account_id
  region               = var.aws_region
  deletion_window_days = var.key_deletion_window_days
}

# --- Storage

module "log_bucket" {
  source = "./modules/log_bucket"

  name              = local.log_bucket
  account_id        = var.account_id
  source_buckets    = values(local.buckets)
  tls_only          = var.platform.tls_only
  force_destroy     = var.force_destroy
  expire_after_days = var.access_log_retention_days
}

module "input_bucket" {
  source = "./modules/bucket"

  name              = local.buckets.input
  kms_key_arn       = module.encryption.data_key_arn
  log_bucket        = module.log_bucket.name
  tls_only          = var.platform.tls_only
  force_destroy     = var.force_destroy
  expire_after_days = var.input_retention_days
}

# Receipts are small and are the proof: they are kept.
module "output_bucket" {
  source = "./modules/bucket"

  name          = local.buckets.output
  kms_key_arn   = module.encryption.data_key_arn
  log_bucket    = module.log_bucket.name
  tls_only      = var.platform.tls_only
  force_destroy = var.force_destroy
}

module "backup_bucket" {
  source = "./modules/bucket"

  name        = local.buckets.backup
  kms_key_arn = module.encryption.data_key_arn
  log_bucket  = module.log_bucket.name
  tls_only    = var.platform.tls_only
  # By force the provider deletes locked versions too, where the credentials may.
  force_destroy      = var.force_destroy && var.backup_object_lock_days == null
  archive_after_days = var.backup_archive_days
  expire_after_days  = var.backup_retention_days
  object_lock_days   = var.backup_object_lock_days
}

# --- Network and database

module "network" {
  source = "./modules/network"

  account_id              = var.account_id
  region                  = var.aws_region
  availability_zones      = var.availability_zones
  lambda_cidr             = var.lambda_vpc_cidr
  database_cidr           = var.database_vpc_cidr
  database_port           = local.database_port
  endpoint_policies       = local.endpoint_policies
  endpoints_in_one_zone   = var.endpoints_in_one_zone
  nat_gateway             = var.nat_gateway
  s3_prefix_list_rule     = var.platform.s3_prefix_list_rule
  flow_log_retention_days = var.flow_log_retention_days
  kms_key_arn             = module.encryption.data_key_arn
  permissions_boundary    = var.permissions_boundary
}

module "database" {
  source = "./modules/database"

  account_id               = var.account_id
  region                   = var.aws_region
  identifier               = "rowledger"
  database_name            = local.pipeline.database.name
  port                     = local.database_port
  instance_class           = var.database_instance_class
  max_connections          = var.database_max_connections
  multi_az                 = var.database_multi_az
  allocated_storage_gb     = var.database_storage_gb
  max_allocated_storage_gb = var.database_max_storage_gb
  backup_retention_days    = var.database_backup_days
  deletion_protection      = var.deletion_protection
  apply_immediately        = var.database_apply_immediately
  log_retention_days       = var.database_log_retention_days
  subnet_ids               = module.network.database_subnet_ids
  security_group_id        = module.network.database_security_group_id
  kms_key_arn              = module.encryption.data_key_arn
  master_username          = var.database_master_username
  managed_master_secret    = var.platform.managed_master_secret
  master_password          = var.database_master_password
  permissions_boundary     = var.permissions_boundary
}

# What the functions log in with. It is made empty: the administrator writes the first version and
# every later one, so that no password passes through Terraform.
resource "aws_secretsmanager_secret" "database" {
  name                    = local.pipeline.secret
  description             = "connection_string, username and password of the functions' database role"
  kms_key_id              = module.encryption.data_key_arn
  recovery_window_in_days = var.secret_recovery_days
}

# The same for csv-ledger-reader, which people's commands ask.
resource "aws_secretsmanager_secret" "reader" {
  name                    = local.pipeline.reader_secret
  description             = "connection_string, username and password of the database role of csv-ledger-reader"
  kms_key_id              = module.encryption.data_key_arn
  recovery_window_in_days = var.secret_recovery_days
}

# The same for csv-ledger-operator, through which people's commands change the ledger.
resource "aws_secretsmanager_secret" "operator" {
  name                    = local.pipeline.operator_secret
  description             = "connection_string, username and password of the database role of csv-ledger-operator"
  kms_key_id              = module.encryption.data_key_arn
  recovery_window_in_days = var.secret_recovery_days
}

# --- Notifications

module "notifications" {
  source = "./modules/notifications"

  name        = local.pipeline.topic
  account_id  = var.account_id
  region      = var.aws_region
  kms_key_arn = module.encryption.notification_key_arn
  emails      = var.notification_emails
  tls_only    = var.platform.tls_only
}

# For programs: one JSON message an outcome. In this account, whoever may subscribe has that right by
# a policy of their own (examples/events_queue); another account is named here.
resource "aws_sns_topic" "events" {
  name              = local.pipeline.events_topic
  kms_master_key_id = module.encryption.notification_key_arn
}

resource "aws_sns_topic_policy" "events" {
  count = var.platform.tls_only || length(var.event_subscriber_accounts) > 0 ? 1 : 0

  arn = aws_sns_topic.events.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      var.platform.tls_only ? [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.arns.events_topic_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }] : [],
      length(var.event_subscriber_accounts) > 0 ? [{
        Sid       = "OtherAccountsSubscribeQueues"
        Effect    = "Allow"
        Principal = { AWS = [for account in var.event_subscriber_accounts : "arn:aws:iam::${account}:root"] }
        Action    = "sns:Subscribe"
        Resource  = local.arns.events_topic_arn
        Condition = { StringEquals = { "sns:Protocol" = "sqs" } }
      }] : [],
    )
  })
}

module "alarms" {
  source = "./modules/alarms"

  alarms    = { for name, alarm in local.pipeline.alarms : name => alarm if var.platform.every_metric || lookup(alarm, "emulated", true) }
  runbook   = coalesce(var.runbook_url, local.pipeline.runbook)
  topic_arn = module.notifications.topic_arn
}

module "dashboard" {
  source = "./modules/dashboard"

  region               = var.aws_region
  processor            = local.pipeline.functions.processor.name
  reconciler           = local.pipeline.functions.reconciler.name
  functions            = [local.pipeline.functions.processor.name, local.pipeline.functions.reconciler.name, local.pipeline.functions.administrator.name, local.pipeline.functions.ledger_reader.name, local.pipeline.functions.ledger_operator.name]
  processor_log_group  = local.pipeline.functions.processor.log_group
  reconciler_log_group = local.pipeline.functions.reconciler.log_group
  failure_queue        = local.pipeline.failure_queue.name
  database             = module.database.identifier
  alarm_arns           = module.alarms.arns
  saved_queries        = var.platform.saved_queries
}
