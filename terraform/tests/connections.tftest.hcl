# The functions never need more connections than the database takes.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_id          = "123456789012"
  environment         = "test"
  bucket_suffix       = "-test"
  notification_emails = ["ops@example.com"]
  package             = "tests/packages/whole.zip"
}

run "defaults_fit" {
  command = plan

  assert {
    # Two generations of 20 processors, two reconcilers, an administrator, five readers and two
    # operators, and 15 to spare.
    condition     = output.connections_needed == 75
    error_message = "expected 75, not ${output.connections_needed}"
  }
}

run "the_last_that_fits" {
  command = plan

  variables {
    processor_concurrency    = 30
    database_max_connections = 95
  }
}

run "one_too_many" {
  command = plan

  variables {
    processor_concurrency    = 30
    database_max_connections = 94
  }

  expect_failures = [output.connections_needed]
}

run "without_reservation_the_quota_is_the_ceiling" {
  command = plan

  variables {
    account_concurrency      = 10
    processor_concurrency    = 1000
    database_max_connections = 55
  }
}

run "a_quota_that_the_database_cannot_carry" {
  command = plan

  variables {
    account_concurrency      = 1000
    processor_concurrency    = 1
    database_max_connections = 80
  }

  expect_failures = [output.connections_needed]
}
