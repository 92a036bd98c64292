# The local emulator.
account_id    = "123456789012"
environment   = "local"
bucket_suffix = ""

plan_subjects  = ["repo:example/rowledger:pull_request"]
apply_subjects = ["repo:example/rowledger:environment:local"]

platform = {
  # Buckets are no host names on a loopback address.
  s3_path_style = true
  # The endpoint speaks plain HTTP, and the emulator holds roles to bucket policies.
  tls_only = false
  # As in terraform/env/local.tfvars: Terraform makes and reads that secret there.
  managed_master_secret = false
  # Of these the emulator does not see in every request which one is meant; AWS does.
  unnamed = ["network", "keys", "database", "new_functions", "topic", "alarms", "dashboard"]
}
