account_id    = "111122223333" # yours
environment   = "dev"
bucket_suffix = "-example-dev" # as in terraform/env/dev.tfvars

plan_subjects  = ["repo:example/rowledger:pull_request", "repo:example/rowledger:ref:refs/heads/main"] # yours
apply_subjects = ["repo:example/rowledger:environment:dev"]                                            # yours
