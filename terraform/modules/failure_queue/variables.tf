variable "name" {
  description = "The queue's name."
  type        = string
  nullable    = false
}

variable "retention_seconds" {
  description = "How long an event is kept."
  type        = number
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that events are encrypted with."
  type        = string
  nullable    = false
}

variable "tls_only" {
  description = "Whether plain HTTP is refused."
  type        = bool
  nullable    = false
}
