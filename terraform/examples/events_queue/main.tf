# A queue that gets the pipeline's events: one JSON message an outcome (docs/events.md). Copy it, or
# use it as a module.

locals {
  queues = {
    events       = aws_sqs_queue.events
    dead_letters = aws_sqs_queue.dead_letters
  }
}

resource "aws_sqs_queue" "events" {
  name                       = var.queue_name
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = var.retention_seconds
  visibility_timeout_seconds = var.visibility_timeout_seconds

  # What a program could not process so often is set aside.
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 5
  })
}

# It keeps for longer: a message's age counts from when it was first sent.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.queue_name}-dead-letters"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

# SNS may send for this one topic, and nobody uses the queues over plain HTTP.
resource "aws_sqs_queue_policy" "this" {
  for_each = local.queues

  queue_url = each.value.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheTopicSends"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = each.value.arn
        Condition = { ArnEquals = { "aws:SourceArn" = var.topic_arn } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = each.value.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "events" {
  topic_arn = var.topic_arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.events.arn

  # The event itself, without SNS's envelope.
  raw_message_delivery = true
  # By the attributes of the message, so that what does not match costs nothing.
  filter_policy = jsonencode({ status = var.statuses })
  # What SNS could not deliver, such as while the queue's policy was wrong.
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters.arn })

  # SNS sends from the moment at which there is a subscription.
  depends_on = [aws_sqs_queue_policy.this]
}
