# The ledger's PostgreSQL: encrypted, TLS only, reachable from the functions and from nowhere else.

resource "aws_db_subnet_group" "this" {
  name        = var.identifier
  description = "The database VPC's private subnets"
  subnet_ids  = var.subnet_ids
}

resource "aws_db_parameter_group" "this" {
  # A family of its own for each major version: an upgrade makes a new group beside the old one.
  name_prefix = "${var.identifier}-postgres${local.major_version}-"
  family      = "postgres${local.major_version}"
  description = "TLS only, a stated number of connections, slow statements logged"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
    # The default since PostgreSQL 15, stated because the ledger depends on it. RDS reports a
    # parameter that equals its default so; stated otherwise, every plan would have it as a change.
    apply_method = "pending-reboot"
  }
  parameter {
    name  = "rds.accepted_password_auth_method"
    value = "scram"
  }
  parameter {
    name         = "max_connections"
    value        = var.max_connections
    apply_method = "pending-reboot"
  }
  parameter {
    # Ends what a stopped or replaced function left connected; one that still lives reconnects.
    name  = "idle_session_timeout"
    value = var.idle_session_timeout_seconds * 1000
  }
  parameter {
    name  = "idle_in_transaction_session_timeout"
    value = 60000
  }
  parameter {
    # A change of schema or roles is worth a line. No password stands in it: the administrator sends
    # the verifier only, as psql's \password does.
    name  = "log_statement"
    value = "ddl"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = 1000
  }
  parameter {
    name  = "log_connections"
    value = "1"
  }
  parameter {
    name  = "log_disconnections"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # The major version alone: AWS withdraws minor ones, and applies newer ones in the maintenance
  # window.
  major_version = "17"
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_161:the functions log in with a password of 30 days at most, which works alike on a laptop; IAM tokens would need the RDS endpoint's network and a new login every 15 minutes
  identifier     = var.identifier
  engine         = "postgres"
  engine_version = local.major_version
  instance_class = var.instance_class
  multi_az       = var.multi_az

  storage_type          = "gp3"
  allocated_storage     = var.allocated_storage_gb
  max_allocated_storage = var.max_allocated_storage_gb
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_name  = var.database_name
  port     = var.port
  username = var.master_username

  # RDS makes the master's password, keeps it in a secret of its own and changes it every week.
  manage_master_user_password   = var.managed_master_secret ? true : null
  master_user_secret_kms_key_id = var.managed_master_secret ? var.kms_key_arn : null
  password_wo                   = var.managed_master_secret ? null : var.master_password
  password_wo_version           = var.managed_master_secret ? null : 1

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [var.security_group_id]
  publicly_accessible    = false
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  parameter_group_name        = aws_db_parameter_group.this.name
  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = false
  apply_immediately           = var.apply_immediately
  maintenance_window          = "sun:03:00-sun:04:00"

  backup_retention_period   = var.backup_retention_days
  backup_window             = "01:00-02:00"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = !var.deletion_protection
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.deletion_protection
  final_snapshot_identifier = var.deletion_protection ? "${var.identifier}-final" : null

  enabled_cloudwatch_logs_exports       = local.exported_logs
  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.kms_key_arn
  performance_insights_retention_period = 7

  # The log groups first: RDS would make them without key and retention.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy_attachment.monitoring]
}
