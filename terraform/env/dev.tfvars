account_id           = "111122223333" # yours
environment          = "dev"
bucket_suffix        = "-example-dev"
notification_emails  = ["dev@example.com"]
runbook_url          = "https://github.com/example/rowledger/blob/main/docs/runbook.md" # yours
permissions_boundary = "arn:aws:iam::111122223333:policy/rowledger-boundary"            # as make bootstrap says

# The smallest database there is.
database_instance_class    = "db.t4g.micro"
database_max_connections   = 80
database_backup_days       = 1
database_apply_immediately = true
processor_concurrency      = 10
endpoints_in_one_zone      = true

# It may go at any time, with everything in it.
force_destroy            = true
deletion_protection      = false
secret_recovery_days     = 0
key_deletion_window_days = 7

# Hidden after so many days, gone after as many again.
input_retention_days    = 30
backup_retention_days   = 67
flow_log_retention_days = 7
