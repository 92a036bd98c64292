account_id           = "444455556666" # yours
environment          = "prod"
bucket_suffix        = "-example-prod"
notification_emails  = ["ops@example.com"]
runbook_url          = "https://github.com/example/rowledger/blob/main/docs/runbook.md" # yours
permissions_boundary = "arn:aws:iam::444455556666:policy/rowledger-boundary"            # as make bootstrap says

# A database that a failed zone does not stop, and that bears 50 files at once.
database_instance_class  = "db.t4g.medium"
database_max_connections = 300
database_multi_az        = true
database_storage_gb      = 50
database_max_storage_gb  = 500
database_backup_days     = 35
processor_concurrency    = 50

# Uploads for a quarter, backups for seven years: hidden then, and gone after as long again. In the
# archive class after a month, and for a year not even an administrator deletes one by mistake.
input_retention_days    = 90
backup_archive_days     = 30
backup_retention_days   = 2557
backup_object_lock_days = 365

flow_log_retention_days     = 90
database_log_retention_days = 90
secret_recovery_days        = 30
