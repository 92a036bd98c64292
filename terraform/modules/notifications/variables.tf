variable "name" {
  description = "The topic's name."
  type        = string
  nullable    = false
}

variable "account_id" {
  description = "The account whose alarms may publish."
  type        = string
  nullable    = false
}

variable "region" {
  description = "The region whose alarms may publish."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that messages are encrypted with."
  type        = string
  nullable    = false
}

variable "emails" {
  description = "Who is mailed."
  type        = set(string)
  nullable    = false
}

variable "tls_only" {
  description = "Whether plain HTTP is refused."
  type        = bool
  nullable    = false
}
