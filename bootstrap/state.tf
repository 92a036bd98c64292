# Where Terraform keeps what it knows: of this configuration under bootstrap/, of the pipeline under
# the environment's name. Terraform locks it with a file in it, by S3's conditional writes.

locals {
  state_bucket     = "rowledger-state-${var.account_id}"
  state_bucket_arn = "arn:aws:s3:::${local.state_bucket}"
}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:only the roles made here and the account's administrators reach it, and CloudTrail can record who did; a bucket for its log would need a log itself
  #checkov:skip=CKV_AWS_144:what the state describes is in one region
  #checkov:skip=CKV_AWS_145:S3's own key: the state holds no secret, and a key of its own would keep nobody out whom the bucket lets in
  #checkov:skip=CKV2_AWS_62:nobody consumes events of the state
  bucket = local.state_bucket

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }

  # S3 refuses two changes of a bucket's access at once: block, policy, ownership.
  depends_on = [aws_s3_bucket_policy.state]
}

resource "aws_s3_bucket_policy" "state" {
  count = var.platform.tls_only ? 1 : 0

  bucket = aws_s3_bucket.state.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.state_bucket_arn, "${local.state_bucket_arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 refuses two changes of a bucket's access at once.
  depends_on = [aws_s3_bucket_public_access_block.state]
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "earlier-states"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      # However old they are, the last ones stay.
      newer_noncurrent_versions = 20
      noncurrent_days           = 90
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
    expiration {
      # Of a lock that was taken and given back.
      expired_object_delete_marker = true
    }
  }

  # Rules for noncurrent versions need versioning.
  depends_on = [aws_s3_bucket_versioning.state]
}
