output "buckets" {
  description = "The names of the buckets, by use."
  value = {
    input  = module.input_bucket.name
    output = module.output_bucket.name
    backup = module.backup_bucket.name
    logs   = module.log_bucket.name
  }
}

output "functions" {
  description = "The functions' names and the versions that this package made."
  value = {
    processor     = { name = module.processor.name, version = module.processor.version }
    reconciler    = { name = module.reconciler.name, version = module.reconciler.version }
    administrator = { name = module.administrator.name, version = module.administrator.version }

    ledger_reader   = { name = module.ledger_reader.name, version = module.ledger_reader.version }
    ledger_operator = { name = module.ledger_operator.name, version = module.ledger_operator.version }
  }
}

output "environment" {
  description = "What rowledger env add keeps of this pipeline: where it is, and what its parts are called."
  value = {
    region        = var.aws_region
    account_id    = var.account_id
    alias         = local.alias
    buckets       = { for use, name in local.buckets : use => name }
    functions     = { for use, function in local.pipeline.functions : use => function.name }
    log_groups    = { for use, function in local.pipeline.functions : use => function.log_group }
    failure_queue = local.pipeline.failure_queue.name
    alarms        = keys(local.pipeline.alarms)
  }
}

output "alias" {
  description = "The name of the functions' alias, which rowledger deploy moves to these versions."
  value       = local.alias
}

output "settings" {
  description = "The environment of csv-processor."
  value       = local.environments.processor
}

output "topic_arn" {
  description = "The topic that outcomes and alarms are mailed from."
  value       = module.notifications.topic_arn
}

output "events_topic_arn" {
  description = "The topic for programs: one JSON message an outcome (docs/events.md)."
  value       = aws_sns_topic.events.arn
}

output "failure_queue_url" {
  description = "The queue of events that failed for good."
  value       = module.failure_queue.url
}

output "database_secret_arn" {
  description = "The secret that the functions log in with."
  value       = aws_secretsmanager_secret.database.arn
}

output "database_host" {
  description = "The name of the database's server."
  value       = module.database.host
}

output "dashboard_url" {
  description = "The dashboard."
  value       = "https://${var.aws_region}.console.aws.amazon.com/cloudwatch/home?region=${var.aws_region}#dashboards/dashboard/${module.dashboard.name}"
}

output "connections_needed" {
  description = "How many connections the functions may need at once, of database_max_connections."
  value       = local.connections_needed

  precondition {
    condition     = local.connections_needed <= var.database_max_connections
    error_message = "The functions may need ${local.connections_needed} connections, and the database takes ${var.database_max_connections} (database_max_connections). Lower processor_concurrency, or raise the connections with a larger database_instance_class."
  }
}
