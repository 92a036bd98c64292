variable "name" {
  description = "The schedule's name."
  type        = string
  nullable    = false
}

variable "expression" {
  description = "When it runs, as EventBridge Scheduler writes it."
  type        = string
  nullable    = false
}

variable "input" {
  description = "The event that the function is invoked with (JSON)."
  type        = string
  nullable    = false
}

variable "function_arn" {
  description = "The ARN of the alias that is invoked."
  type        = string
  nullable    = false
}

variable "role" {
  description = "The name of the role it invokes with."
  type        = string
  nullable    = false
}

variable "trust_policy" {
  description = "Who may take that role (JSON)."
  type        = string
  nullable    = false
}

variable "policy" {
  description = "What the role may do (JSON)."
  type        = string
  nullable    = false
}

variable "permissions_boundary" {
  description = "The policy that its role carries as its boundary; null: none."
  type        = string
  default     = null
}
