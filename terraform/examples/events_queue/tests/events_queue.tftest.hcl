# The real provider would ask AWS for the account: what it would answer is made up.

mock_provider "aws" {
  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:us-east-1:123456789012:mock"
      url = "https://sqs.us-east-1.amazonaws.com/123456789012/mock"
    }
  }
}

variables {
  topic_arn  = "arn:aws:sns:us-east-1:123456789012:rowledger-events"
  queue_name = "orders-intake"
}

run "only_failures" {
  command = apply

  variables {
    statuses = ["FAILED"]
  }

  assert {
    condition     = aws_sns_topic_subscription.events.topic_arn == var.topic_arn && aws_sns_topic_subscription.events.protocol == "sqs" && aws_sns_topic_subscription.events.endpoint == aws_sqs_queue.events.arn
    error_message = "the queue is subscribed to the topic"
  }
  assert {
    condition     = aws_sns_topic_subscription.events.raw_message_delivery && jsondecode(aws_sns_topic_subscription.events.filter_policy) == { status = ["FAILED"] }
    error_message = "a message is the event itself, and of rejected files only"
  }
  assert {
    condition     = jsondecode(aws_sqs_queue.events.redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.dead_letters.arn, maxReceiveCount = 5 } && jsondecode(aws_sns_topic_subscription.events.redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.dead_letters.arn }
    error_message = "what could not be delivered or processed is kept"
  }
  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.events, aws_sqs_queue.dead_letters] : queue.sqs_managed_sse_enabled])
    error_message = "both queues are encrypted"
  }
  assert {
    condition = alltrue([
      for policy in aws_sqs_queue_policy.this : [for statement in jsondecode(policy.policy).Statement : [statement.Effect, jsonencode(statement.Principal), statement.Action, statement.Condition]] == [
        ["Allow", "{\"Service\":\"sns.amazonaws.com\"}", "sqs:SendMessage", { ArnEquals = { "aws:SourceArn" = "arn:aws:sns:us-east-1:123456789012:rowledger-events" } }],
        ["Deny", "\"*\"", "sqs:*", { Bool = { "aws:SecureTransport" = "false" } }],
      ]
    ]) && length(aws_sqs_queue_policy.this) == 2
    error_message = "SNS sends for this topic alone, and nobody over plain HTTP"
  }
}

run "every_outcome" {
  command = plan

  assert {
    condition     = jsondecode(aws_sns_topic_subscription.events.filter_policy) == { status = ["FAILED", "SUCCESS"] }
    error_message = "without a choice it is both"
  }
}

run "wrong_values" {
  command = plan

  variables {
    topic_arn  = "rowledger-events"
    queue_name = "orders.fifo"
    statuses   = ["PROCESSING"]
  }

  expect_failures = [
    var.topic_arn,
    var.queue_name,
    var.statuses,
  ]
}
