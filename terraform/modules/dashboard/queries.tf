# Saved queries of CloudWatch Logs Insights, for the steps that docs/runbook.md describes.

locals {
  queries = {
    faults = {
      log_groups = [var.processor_log_group, var.reconciler_log_group]
      text       = <<-EOT
        fields @timestamp, service, fault, upload.key, upload.version_id, exception
        | filter message = "fault"
        | sort @timestamp desc
      EOT
    }
    rejected-files = {
      log_groups = [var.processor_log_group]
      text       = <<-EOT
        fields @timestamp, rejection, upload.key, upload.version_id, ledger_id
        | filter message = "accounted for" and ispresent(rejection)
        | sort @timestamp desc
      EOT
    }
    slowest-files = {
      log_groups = [var.processor_log_group]
      text       = <<-EOT
        fields @timestamp, duration_ms, upload.size_bytes, rows, upload.key
        | filter message = "accounted for"
        | sort duration_ms desc
        | limit 50
      EOT
    }
    one-file = {
      log_groups = [var.processor_log_group, var.reconciler_log_group]
      text       = <<-EOT
        fields @timestamp, message, attempt, status, fault, upload.version_id
        | filter upload.key = "put the key here"
        | sort @timestamp asc
      EOT
    }
    cold-starts-and-memory = {
      log_groups = [var.processor_log_group]
      text       = <<-EOT
        filter @type = "REPORT"
        | stats count(@initDuration) as cold, count(*) as invocations, pct(@duration, 99) as p99_ms, max(@maxMemoryUsed / 1000 / 1000) as memory_mb by bin(1h)
      EOT
    }
    offenders = {
      log_groups = [var.reconciler_log_group]
      text       = <<-EOT
        fields @timestamp, key, version_id, what
        | filter message = "offender"
        | sort @timestamp desc
      EOT
    }
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = var.saved_queries ? local.queries : {}

  name            = "rowledger/${each.key}"
  log_group_names = each.value.log_groups
  query_string    = each.value.text
}
