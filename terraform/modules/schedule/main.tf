# Invokes a function at intervals, under a role that may do nothing else.

resource "aws_iam_role" "this" {
  name                 = var.role
  assume_role_policy   = var.trust_policy
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "this" {
  role   = aws_iam_role.this.name
  name   = var.role
  policy = var.policy
}

resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297:a key of ours would protect the schedule's input, which is no secret
  name                = var.name
  schedule_expression = var.expression

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.function_arn
    role_arn = aws_iam_role.this.arn
    input    = var.input

    # The next run does what one that could not be started would have done.
    retry_policy {
      maximum_event_age_in_seconds = 900
      maximum_retry_attempts       = 5
    }
  }

  depends_on = [aws_iam_role_policy.this]
}
