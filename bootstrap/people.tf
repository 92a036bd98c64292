# What people may do with the pipeline: two policies, to be attached to their roles or groups. They are
# made here and not in terraform/, so that no deployment can change what people may do.

locals {
  people_alias  = local.pipeline.alias
  people_folder = "${path.module}/../src/rowledger/functions/contract/policies/people"
  people_arns = merge(
    {
      region            = var.aws_region
      function_arns     = "${local.regional.lambda}:function:"
      log_group_arns    = "${local.regional.logs}:log-group:/aws/lambda/"
      failure_queue_arn = "${local.regional.sqs}:${local.pipeline.failure_queue.name}"
      topic_arn         = "${local.regional.sns}:${local.pipeline.topic}"
      # The key has no name of its own before it is made; an account is one deployment's.
      data_key_arn = local.key_arns[0]
    },
    { for use, name in local.pipeline.buckets : "${use}_bucket_arn" => "arn:aws:s3:::${name}${var.bucket_suffix}" },
    { for use, function in local.pipeline.functions : "${use}_invoked_arn" => "${local.regional.lambda}:function:${function.name}:${local.people_alias}" },
  )
  # An operator may also do what a reader may.
  people_documents = {
    reader   = ["reader", "reader-key"]
    operator = ["reader", "reader-key", "operator", "operator-key"]
  }
  people_policies = {
    for who, names in local.people_documents : who => jsonencode({
      Version = "2012-10-17"
      Statement = flatten([
        for name in names : jsondecode(templatefile("${local.people_folder}/${name}.json", local.people_arns)).Statement
      ])
    })
  }
}

resource "aws_iam_policy" "people" {
  for_each = local.people_policies

  name        = local.pipeline.people_policies[each.key]
  description = each.key == "reader" ? "Look at the pipeline: ledger, files, logs, alarms, failure queue" : "Look at the pipeline, and replay, reconcile and upload"
  policy      = each.value
}
