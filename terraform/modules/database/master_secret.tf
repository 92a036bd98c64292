# Only where RDS makes no secret of its own (the local emulator): the password comes in as an
# ephemeral variable and goes into the secret by a write-only argument, so that neither plan nor
# state holds it.

resource "aws_secretsmanager_secret" "master" {
  #checkov:skip=CKV2_AWS_57:on AWS it does not exist; the emulator's database is gone when the run is
  count = var.managed_master_secret ? 0 : 1

  name                    = "rowledger/master"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "master" {
  count = var.managed_master_secret ? 0 : 1

  secret_id = aws_secretsmanager_secret.master[0].id
  secret_string_wo = jsonencode({
    username = var.master_username
    password = var.master_password
  })
  secret_string_wo_version = 1
}
