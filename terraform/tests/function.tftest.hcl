# What a function is by itself.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  function = {
    name               = "f"
    handler            = "h"
    runtime            = "python3.13"
    architecture       = "arm64"
    memory_mb          = 512
    timeout_seconds    = 300
    log_group          = "/aws/lambda/f"
    log_retention_days = 30
  }
  role                 = "f"
  trust_policy         = "{}"
  policies             = { f = "{}" }
  package              = "tests/packages/whole.zip"
  environment          = {}
  kms_key_arn          = "arn:aws:kms:us-east-1:123456789012:key/mock"
  subnet_ids           = ["subnet-1"]
  security_group_id    = "sg-1"
  reserved_concurrency = 5
  alias                = "live"
}

run "invoked_by_events" {
  command = apply

  variables {
    retries       = { maximum_retry_attempts = 2, maximum_event_age_seconds = 21600 }
    failure_queue = { arn = "arn:aws:sqs:us-east-1:123456789012:csv-processor-failures" }
  }

  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_alias.live.function_version == aws_lambda_function.this.version
    error_message = "each package makes a version, and the alias is at it"
  }
  assert {
    condition     = toset(keys(aws_lambda_function_event_invoke_config.this)) == toset(["live", "$LATEST"])
    error_message = "events for the alias and replays for the function are retried and kept alike"
  }
  assert {
    condition     = alltrue([for settings in aws_lambda_function_event_invoke_config.this : settings.destination_config[0].on_failure[0].destination == var.failure_queue.arn])
    error_message = "what fails for good is kept"
  }
}

run "invoked_by_none" {
  command = apply

  module {
    source = "./modules/function"
  }

  assert {
    condition     = length(aws_lambda_function_event_invoke_config.this) == 0
    error_message = "a function that no event invokes keeps none"
  }
}

run "another_version" {
  command = apply

  module {
    source = "./modules/function"
  }

  # The made-up provider gives a function its version when it makes it.
  plan_options {
    replace = [aws_lambda_function.this]
  }
  override_resource {
    target = aws_lambda_function.this
    values = { version = "8" }
  }

  assert {
    condition     = aws_lambda_function.this.version == "8" && aws_lambda_alias.live.function_version == "7"
    error_message = "an apply makes a version, and leaves the alias where it points"
  }
}
