account_id    = "444455556666" # yours
environment   = "prod"
bucket_suffix = "-example-prod" # as in terraform/env/prod.tfvars

plan_subjects  = ["repo:example/rowledger:pull_request", "repo:example/rowledger:ref:refs/heads/main"] # yours
apply_subjects = ["repo:example/rowledger:environment:prod"]                                           # yours
