variable "alarms" {
  description = "The alarms as contract/pipeline.json states them, by name."
  type = map(object({
    description        = string
    namespace          = string
    metric             = string
    dimensions         = map(string)
    statistic          = string
    comparison         = string
    threshold          = number
    period_seconds     = number
    evaluation_periods = number
    treat_missing_data = string
  }))
  nullable = false
}

variable "runbook" {
  description = "The address of the runbook, which has a section for each alarm."
  type        = string
  nullable    = false
}

variable "topic_arn" {
  description = "The topic that is notified when an alarm turns on."
  type        = string
  nullable    = false
}
