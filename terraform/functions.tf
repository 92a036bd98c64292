# The functions, which are one package under a role each, and what invokes each.

locals {
  # Of how many may run at once, what is reserved; -1: nothing, where the account's quota is too
  # small to reserve from and is the ceiling itself.
  reserves            = var.account_concurrency == null
  processors          = coalesce(var.processor_concurrency, local.pipeline.functions.processor.concurrency)
  processor_ceiling   = coalesce(var.account_concurrency, local.processors)
  processor_reserved  = local.reserves ? local.processors : -1
  one_at_a_time       = local.reserves ? 1 : -1
  reconciler_reserved = local.reserves ? 2 : -1 # a run, and meanwhile a check of the windows or a deployment's question
  reader_reserved     = local.reserves ? var.ledger_reader_concurrency : -1
  operator_reserved   = local.reserves ? 2 : -1
  # The reconciler's and the administrator's, and of those who look and those who act.
  connections_of_rest = 3 + var.ledger_reader_concurrency + 2

  # Each running function holds one connection. Those of a version that was just replaced are held
  # until the server ends idle sessions: for a while there are two generations.
  connections_needed = 2 * (local.processor_ceiling + local.connections_of_rest) + var.database_spare_connections
}

module "failure_queue" {
  source = "./modules/failure_queue"

  name              = local.pipeline.failure_queue.name
  retention_seconds = local.pipeline.failure_queue.retention_seconds
  kms_key_arn       = module.encryption.data_key_arn
  tls_only          = var.platform.tls_only
}

# --- csv-processor: an upload invokes it

module "processor" {
  source = "./modules/function"

  function             = local.pipeline.functions.processor
  role                 = local.pipeline.functions.processor.role
  trust_policy         = local.trust_policies.processor
  permissions_boundary = var.permissions_boundary
  policies             = local.policies.processor
  package              = var.package
  environment          = local.environments.processor
  kms_key_arn          = module.encryption.data_key_arn
  subnet_ids           = module.network.private_subnet_ids
  security_group_id    = module.network.functions_security_group_id
  reserved_concurrency = local.processor_reserved
  alias                = local.alias
  retries              = local.pipeline.functions.processor.retries
  failure_queue        = { arn = module.failure_queue.arn }
}

module "trigger" {
  source = "./modules/trigger"

  account_id    = var.account_id
  bucket        = module.input_bucket.name
  bucket_arn    = module.input_bucket.arn
  events        = local.pipeline.event_filter.events
  function_name = module.processor.name
  qualifier     = module.processor.alias
  invoked_arn   = module.processor.alias_arn
}

# It sends the mails that wait for a digest, too.
module "mail_schedule" {
  source = "./modules/schedule"

  name                 = local.pipeline.functions.processor.schedule.name
  expression           = local.pipeline.functions.processor.schedule.expression
  input                = jsonencode(local.pipeline.functions.processor.schedule.input)
  function_arn         = module.processor.alias_arn
  role                 = local.pipeline.functions.processor.schedule.role
  trust_policy         = local.trust_policies.mail_schedule
  policy               = local.mail_schedule_policy
  permissions_boundary = var.permissions_boundary
}

# --- csv-reconciler: its schedule invokes it

module "reconciler" {
  source = "./modules/function"

  function             = local.pipeline.functions.reconciler
  role                 = local.pipeline.functions.reconciler.role
  trust_policy         = local.trust_policies.reconciler
  permissions_boundary = var.permissions_boundary
  policies             = local.policies.reconciler
  package              = var.package
  environment          = local.environments.reconciler
  kms_key_arn          = module.encryption.data_key_arn
  subnet_ids           = module.network.private_subnet_ids
  security_group_id    = module.network.functions_security_group_id
  reserved_concurrency = local.reconciler_reserved
  alias                = local.alias
  retries              = local.pipeline.functions.reconciler.retries
}

module "schedule" {
  source = "./modules/schedule"

  name                 = local.pipeline.functions.reconciler.schedule.name
  expression           = local.pipeline.functions.reconciler.schedule.expression
  input                = jsonencode(local.pipeline.functions.reconciler.schedule.input)
  function_arn         = module.reconciler.alias_arn
  role                 = local.pipeline.functions.reconciler.schedule.role
  trust_policy         = local.trust_policies.schedule
  policy               = local.schedule_policy
  permissions_boundary = var.permissions_boundary
}

# It evaluates the windows of what is expected, too.
module "expectations_schedule" {
  source = "./modules/schedule"

  name                 = local.pipeline.functions.reconciler.expectations_schedule.name
  expression           = local.pipeline.functions.reconciler.expectations_schedule.expression
  input                = jsonencode(local.pipeline.functions.reconciler.expectations_schedule.input)
  function_arn         = module.reconciler.alias_arn
  role                 = local.pipeline.functions.reconciler.expectations_schedule.role
  trust_policy         = local.trust_policies.expectations_schedule
  policy               = local.expectations_schedule_policy
  permissions_boundary = var.permissions_boundary
}

# --- csv-administrator: a person or a deployment invokes it to migrate, Secrets Manager to rotate

module "administrator" {
  source = "./modules/function"

  function             = local.pipeline.functions.administrator
  role                 = local.pipeline.functions.administrator.role
  trust_policy         = local.trust_policies.administrator
  permissions_boundary = var.permissions_boundary
  policies             = local.policies.administrator
  package              = var.package
  environment          = local.environments.administrator
  kms_key_arn          = module.encryption.data_key_arn
  subnet_ids           = module.network.private_subnet_ids
  security_group_id    = module.network.functions_security_group_id
  reserved_concurrency = local.one_at_a_time
  alias                = local.alias
}

# --- csv-ledger-reader and csv-ledger-operator: people's commands invoke them, each as its own role

module "ledger_reader" {
  source = "./modules/function"

  function             = local.pipeline.functions.ledger_reader
  role                 = local.pipeline.functions.ledger_reader.role
  trust_policy         = local.trust_policies.ledger_reader
  permissions_boundary = var.permissions_boundary
  policies             = local.policies.ledger_reader
  package              = var.package
  environment          = local.environments.ledger_reader
  kms_key_arn          = module.encryption.data_key_arn
  subnet_ids           = module.network.private_subnet_ids
  security_group_id    = module.network.functions_security_group_id
  reserved_concurrency = local.reader_reserved
  alias                = local.alias
}

module "ledger_operator" {
  source = "./modules/function"

  function             = local.pipeline.functions.ledger_operator
  role                 = local.pipeline.functions.ledger_operator.role
  trust_policy         = local.trust_policies.ledger_operator
  permissions_boundary = var.permissions_boundary
  policies             = local.policies.ledger_operator
  package              = var.package
  environment          = local.environments.ledger_operator
  kms_key_arn          = module.encryption.data_key_arn
  subnet_ids           = module.network.private_subnet_ids
  security_group_id    = module.network.functions_security_group_id
  reserved_concurrency = local.operator_reserved
  alias                = local.alias
}

# --- Rotation of the three logins, by the version in service: a bare name would run the newest one.
# Secrets Manager gives Lambda the ARN that it is given, and Lambda looks for the permission at the
# alias that the ARN names.

resource "aws_lambda_permission" "rotation" {
  statement_id   = "rotation"
  action         = "lambda:InvokeFunction"
  function_name  = module.administrator.name
  qualifier      = module.administrator.alias
  principal      = "secretsmanager.amazonaws.com"
  source_arn     = aws_secretsmanager_secret.database.arn
  source_account = var.account_id
}

resource "aws_lambda_permission" "reader_rotation" {
  statement_id   = "reader-rotation"
  action         = "lambda:InvokeFunction"
  function_name  = module.administrator.name
  qualifier      = module.administrator.alias
  principal      = "secretsmanager.amazonaws.com"
  source_arn     = aws_secretsmanager_secret.reader.arn
  source_account = var.account_id
}

resource "aws_secretsmanager_secret_rotation" "reader" {
  count = var.rotation_days == 0 ? 0 : 1

  secret_id           = aws_secretsmanager_secret.reader.id
  rotation_lambda_arn = module.administrator.alias_arn
  rotate_immediately  = false

  rotation_rules {
    automatically_after_days = var.rotation_days
  }

  depends_on = [aws_lambda_permission.reader_rotation]
}

resource "aws_lambda_permission" "operator_rotation" {
  statement_id   = "operator-rotation"
  action         = "lambda:InvokeFunction"
  function_name  = module.administrator.name
  qualifier      = module.administrator.alias
  principal      = "secretsmanager.amazonaws.com"
  source_arn     = aws_secretsmanager_secret.operator.arn
  source_account = var.account_id
}

resource "aws_secretsmanager_secret_rotation" "operator" {
  count = var.rotation_days == 0 ? 0 : 1

  secret_id           = aws_secretsmanager_secret.operator.id
  rotation_lambda_arn = module.administrator.alias_arn
  rotate_immediately  = false

  rotation_rules {
    automatically_after_days = var.rotation_days
  }

  depends_on = [aws_lambda_permission.operator_rotation]
}

resource "aws_secretsmanager_secret_rotation" "database" {
  count = var.rotation_days == 0 ? 0 : 1

  secret_id           = aws_secretsmanager_secret.database.id
  rotation_lambda_arn = module.administrator.alias_arn
  # The first login is young, and the functions are not to wait for a new one at every change here.
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = var.rotation_days
  }

  depends_on = [aws_lambda_permission.rotation]
}
