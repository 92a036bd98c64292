output "name" {
  description = "The bucket's name, known once S3 may write into it."
  value       = aws_s3_bucket_policy.this.bucket
}
