provider "aws" {
  region = var.aws_region
  # Credentials of another account are refused before anything is touched.
  allowed_account_ids = [var.account_id]
  s3_use_path_style   = var.platform.s3_path_style

  default_tags {
    tags = merge(var.tags, {
      Project     = "rowledger"
      Environment = var.environment
    })
  }
}
