# What a person looks at: what became of the files, how the functions do, how the database does.

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "rowledger"
  dashboard_body = jsonencode({ widgets = local.widgets })
}

locals {
  # The grid is 24 columns wide: three widgets a row. metric: a list as the dashboard's source
  # writes it, [namespace, name, dimension, value, options].
  charts = [
    {
      title = "Files by outcome", stat = "Sum", stacked = true
      metrics = [
        for name, label in {
          FilesSucceeded = "succeeded", FilesRejected = "rejected", FilesRepeated = "repeated events", FilesFaulted = "faults"
        } : ["Rowledger", name, "service", var.processor, { label = label }]
      ]
    },
    {
      title   = "Rows counted", stat = "Sum", stacked = false
      metrics = [["Rowledger", "RowsCounted", "service", var.processor, { label = "rows" }]]
    },
    {
      title   = "Bytes read", stat = "Sum", stacked = false
      metrics = [["Rowledger", "BytesRead", "service", var.processor, { label = "bytes" }]]
    },
    {
      title = "Time for a file (ms)", stat = "p50", stacked = false
      metrics = [
        for percentile in ["p50", "p95", "p99"] :
        ["Rowledger", "FileDuration", "service", var.processor, { label = percentile, stat = percentile }]
      ]
    },
    {
      title = "Invocations (ms)", stat = "p50", stacked = false
      metrics = [
        for statistic in ["p50", "p99", "Maximum"] :
        ["AWS/Lambda", "Duration", "FunctionName", var.processor, { label = statistic, stat = statistic }]
      ]
    },
    {
      title = "Errors and throttles", stat = "Sum", stacked = false
      metrics = concat(
        [for function in var.functions : ["AWS/Lambda", "Errors", "FunctionName", function, { label = "${function} errors" }]],
        [["AWS/Lambda", "Throttles", "FunctionName", var.processor, { label = "${var.processor} throttles" }]],
      )
    },
    {
      title   = "Events that failed for good", stat = "Maximum", stacked = false
      metrics = [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.failure_queue, { label = "waiting for a replay" }]]
    },
    {
      title = "Reconciliation: uploads", stat = "Maximum", stacked = false
      metrics = [
        for name in ["UploadsReceived", "UploadsInFlight", "UploadsMissing", "Offenders"] :
        ["Rowledger", name, "service", var.reconciler, { label = name }]
      ]
    },
    {
      title   = "Reconciliation: age of what is complete (s)", stat = "Maximum", stacked = false
      metrics = [["Rowledger", "CompleteThroughAgeSeconds", "service", var.reconciler, { label = "age" }]]
    },
    {
      title   = "Longest wait for a mail (s)", stat = "Maximum", stacked = false
      metrics = [["Rowledger", "MailWaitSeconds", "service", var.processor, { label = "wait" }]]
    },
    {
      title = "Running at once, and connections", stat = "Maximum", stacked = false
      metrics = [
        ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", var.processor, { label = var.processor }],
        ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", var.database, { label = "connections" }],
      ]
    },
    {
      # From Performance Insights: sessions that run or wait; more than processors is a queue.
      title   = "Database: load (sessions)", stat = "Average", stacked = false
      metrics = [["AWS/RDS", "DBLoad", "DBInstanceIdentifier", var.database, { label = "load" }]]
    },
    {
      title   = "Database: processor (%)", stat = "Average", stacked = false
      metrics = [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.database, { label = "CPU" }]]
    },
    {
      title   = "Database: free storage (bytes)", stat = "Minimum", stacked = false
      metrics = [["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", var.database, { label = "free" }]]
    },
  ]

  alarms = {
    type       = "alarm"
    x          = 0
    y          = 0
    width      = 24
    height     = 2
    properties = { title = "Alarms", alarms = values(var.alarm_arns) }
  }

  widgets = concat([local.alarms], [
    for index, chart in local.charts : {
      type   = "metric"
      x      = 8 * (index % 3)
      y      = 2 + 6 * floor(index / 3)
      width  = 8
      height = 6
      properties = {
        title   = chart.title
        region  = var.region
        view    = "timeSeries"
        stacked = chart.stacked
        stat    = chart.stat
        period  = 300
        metrics = chart.metrics
      }
    }
  ])
}
