# What the database's parameters are.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_id               = "123456789012"
  region                   = "us-east-1"
  identifier               = "rowledger"
  database_name            = "rowledger"
  port                     = 5432
  instance_class           = "db.t4g.micro"
  max_connections          = 80
  multi_az                 = false
  allocated_storage_gb     = 20
  max_allocated_storage_gb = 100
  backup_retention_days    = 7
  deletion_protection      = true
  apply_immediately        = false
  log_retention_days       = 30
  subnet_ids               = ["subnet-1", "subnet-2"]
  security_group_id        = "sg-1"
  kms_key_arn              = "arn:aws:kms:us-east-1:123456789012:key/mock"
  master_username          = "rowledger_master"
  managed_master_secret    = true
}

run "tls_and_a_plan_that_ends" {
  command = plan

  module {
    source = "./modules/database"
  }

  # RDS reports a parameter that equals its default as pending-reboot: any other method is a change in
  # every plan. Only RDS shows it; here it can be seen that the one such parameter is stated so.
  assert {
    condition = [
      for parameter in aws_db_parameter_group.this.parameter : [parameter.value, parameter.apply_method]
      if parameter.name == "rds.force_ssl"
    ] == [["1", "pending-reboot"]]
    error_message = "TLS is demanded, in the way that RDS reports a default"
  }
}
