variable "topic_arn" {
  description = "The pipeline's topic for programs: its output events_topic_arn."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.topic_arn))
    error_message = "topic_arn is the ARN of an SNS topic."
  }
}

variable "queue_name" {
  description = "The queue's name; that of the dead letters is the same with -dead-letters."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,67}$", var.queue_name))
    error_message = "queue_name is made of letters, digits, - and _, and has room for -dead-letters (80 characters in all)."
  }
}

variable "statuses" {
  description = "Which outcomes the queue gets."
  type        = set(string)
  default     = ["SUCCESS", "FAILED"]
  nullable    = false

  validation {
    condition     = length(var.statuses) > 0 && length(setsubtract(var.statuses, ["SUCCESS", "FAILED"])) == 0
    error_message = "statuses are SUCCESS, FAILED or both."
  }
}

variable "retention_seconds" {
  description = "How long an event waits for a program."
  type        = number
  default     = 345600
  nullable    = false
}

variable "visibility_timeout_seconds" {
  description = "How long a program has an event for itself: longer than it takes to process one."
  type        = number
  default     = 60
  nullable    = false
}
