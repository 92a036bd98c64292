variable "region" {
  description = "The region of the metrics."
  type        = string
  nullable    = false
}

variable "processor" {
  description = "The name of the function that processes files."
  type        = string
  nullable    = false
}

variable "reconciler" {
  description = "The name of the function that reconciles."
  type        = string
  nullable    = false
}

variable "functions" {
  description = "The names of all functions."
  type        = list(string)
  nullable    = false
}

variable "processor_log_group" {
  description = "The log of the function that processes files."
  type        = string
  nullable    = false
}

variable "reconciler_log_group" {
  description = "The log of the function that reconciles."
  type        = string
  nullable    = false
}

variable "failure_queue" {
  description = "The name of the failure queue."
  type        = string
  nullable    = false
}

variable "database" {
  description = "The database instance's name."
  type        = string
  nullable    = false
}

variable "alarm_arns" {
  description = "The alarms, by name."
  type        = map(string)
  nullable    = false
}

variable "saved_queries" {
  description = "Whether queries of the logs are saved."
  type        = bool
  nullable    = false
}
