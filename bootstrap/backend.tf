# The bucket that is made here keeps this state too. make bootstrap says where it is, and at the very
# first apply, when there is no bucket yet, has the state in a file next to this one.
terraform {
  backend "s3" {}
}
