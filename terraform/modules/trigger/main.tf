# What starts the pipeline: an object that lands in the input bucket invokes the function.

resource "aws_lambda_permission" "bucket" {
  statement_id  = "input-bucket"
  action        = "lambda:InvokeFunction"
  function_name = var.function_name
  qualifier     = var.qualifier
  principal     = "s3.amazonaws.com"
  source_arn    = var.bucket_arn
  # A bucket's ARN names no account: another account can create a bucket of that name once it is deleted.
  source_account = var.account_id
}

# The bucket's only notification resource: a second one would overwrite it.
resource "aws_s3_bucket_notification" "this" {
  bucket = var.bucket

  lambda_function {
    id                  = "uploads"
    lambda_function_arn = var.invoked_arn
    # No suffix filter: it would be case-sensitive, so the function itself sorts names out.
    events = var.events
  }

  # S3 tries the permission when the notification is made.
  depends_on = [aws_lambda_permission.bucket]
}
