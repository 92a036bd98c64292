variable "function" {
  description = "The function as contract/pipeline.json states it."
  type = object({
    name               = string
    handler            = string
    runtime            = string
    architecture       = string
    memory_mb          = number
    timeout_seconds    = number
    log_group          = string
    log_retention_days = number
  })
  nullable = false
}

variable "role" {
  description = "The name of the role it runs as."
  type        = string
  nullable    = false
}

variable "trust_policy" {
  description = "Who may take that role (JSON)."
  type        = string
  nullable    = false
}

variable "policies" {
  description = "What the role may do: policy documents (JSON) by name."
  type        = map(string)
  nullable    = false
}

variable "package" {
  description = "The path of the function's package."
  type        = string
  nullable    = false
}

variable "environment" {
  description = "The function's settings."
  type        = map(string)
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that settings and log are encrypted with."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "The subnets it runs in."
  type        = list(string)
  nullable    = false
}

variable "security_group_id" {
  description = "The security group it runs in."
  type        = string
  nullable    = false
}

variable "reserved_concurrency" {
  description = "How many run at once at most, reserved from the account's quota; -1: no reservation."
  type        = number
  nullable    = false
}

variable "alias" {
  description = "The name of the alias that is invoked."
  type        = string
  nullable    = false
}

variable "retries" {
  description = "What Lambda does with an asynchronous event that failed; null: its defaults."
  type = object({
    maximum_retry_attempts    = number
    maximum_event_age_seconds = number
  })
  default = null
}

variable "failure_queue" {
  description = "Where an event goes whose every try failed; null: nowhere."
  type        = object({ arn = string })
  default     = null
}

variable "permissions_boundary" {
  description = "The policy that its role carries as its boundary; null: none."
  type        = string
  default     = null
}
