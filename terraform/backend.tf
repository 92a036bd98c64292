# Where the state is, is a matter of the account: terraform init -backend-config=env/dev.s3.tfbackend
terraform {
  backend "s3" {}
}
