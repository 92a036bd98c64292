# The local emulator. rowledger's own commands give what differs from run to run: the package, the
# database's address and its password, and the settings, of which one lets the functions speak to a
# database on this very machine without TLS.
account_id          = "123456789012"
environment         = "local"
bucket_suffix       = ""
notification_emails = ["ops@rowledger.test"]

# It is thrown away after use.
force_destroy            = true
deletion_protection      = false
secret_recovery_days     = 0
key_deletion_window_days = 7

# Nothing is reserved, as in a new account: on a small machine the emulator works on fewer events at
# once than Terraform would reserve for.
account_concurrency = 10

# The emulator's RotateSecret asks no function, and it knows no CancelRotateSecret, without which
# rotation cannot be destroyed.
rotation_days = 0

platform = {
  # Buckets are no host names on a loopback address.
  s3_path_style = true
  # The endpoint speaks plain HTTP, and the emulator holds the functions' roles to bucket policies.
  tls_only = false
  # RDS is a control plane there and makes no secret for the master: a write-only password and a
  # secret of our own take its place.
  managed_master_secret = false
  # Terraform takes the emulator's answer about such a rule for an invalid plan at the second plan.
  s3_prefix_list_rule = false
  # It knows no PutQueryDefinition.
  saved_queries = false
  # Its alarms ignore dimensions, and it records nothing of RDS, throttles or dropped events: an alarm
  # that the contract marks as not emulated would never fire, or at another function's errors.
  every_metric = false
}
