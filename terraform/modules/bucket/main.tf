# One bucket of the pipeline: versioned, encrypted, closed to the public and to plain HTTP, logged.

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:a second region protects from the loss of a region, which nothing here promises; the backup bucket is the copy
  #checkov:skip=CKV2_AWS_62:the input bucket notifies the function (modules/trigger); nobody consumes events of the other two
  bucket              = var.name
  object_lock_enabled = var.object_lock_days != null
  force_destroy       = var.force_destroy
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    # An upload is one version of one object: the input bucket cannot do without, and in the
    # others an overwritten receipt or backup stays to be seen.
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    # One call to KMS for many objects instead of one each.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    # No ACLs: what another account uploads belongs to this one.
    object_ownership = "BucketOwnerEnforced"
  }

  # S3 refuses two changes of a bucket's access at once: block, policy, ownership.
  depends_on = [aws_s3_bucket_policy.this]
}

resource "aws_s3_bucket_policy" "this" {
  count = var.tls_only ? 1 : 0

  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 refuses two changes of a bucket's access at once.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_logging" "this" {
  bucket = aws_s3_bucket.this.id

  target_bucket = var.log_bucket
  target_prefix = "${var.name}/"
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "leftovers"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
    expiration {
      # Of a delete marker whose versions are all gone.
      expired_object_delete_marker = true
    }
  }

  dynamic "rule" {
    for_each = var.archive_after_days[*]
    content {
      id     = "archive"
      status = "Enabled"
      filter {}

      transition {
        days          = rule.value
        storage_class = "GLACIER_IR"
      }
      noncurrent_version_transition {
        noncurrent_days = rule.value
        storage_class   = "GLACIER_IR"
      }
    }
  }

  dynamic "rule" {
    for_each = var.expire_after_days[*]
    content {
      id     = "expire"
      status = "Enabled"
      filter {}

      expiration {
        days = rule.value
      }
      # A version that was overwritten is an upload like any other, and one that has expired
      # becomes such a version: it goes once it has been noncurrent for as long again.
      noncurrent_version_expiration {
        noncurrent_days = rule.value
      }
    }
  }

  # Rules for noncurrent versions need versioning.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_object_lock_configuration" "this" {
  count = var.object_lock_days == null ? 0 : 1

  bucket = aws_s3_bucket.this.id

  rule {
    default_retention {
      # Governance: no role of the pipeline can end it, and an administrator with a right of its
      # own (s3:BypassGovernanceRetention) still can, where a law says that a file must go.
      mode = "GOVERNANCE"
      days = var.object_lock_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}
