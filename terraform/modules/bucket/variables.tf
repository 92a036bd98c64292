variable "name" {
  description = "The bucket's name."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that objects are encrypted with."
  type        = string
  nullable    = false
}

variable "log_bucket" {
  description = "The bucket that access logs are written to."
  type        = string
  nullable    = false
}

variable "tls_only" {
  description = "Whether plain HTTP is refused."
  type        = bool
  nullable    = false
}

variable "force_destroy" {
  description = "Whether destroying the bucket deletes what is in it."
  type        = bool
  nullable    = false
}

variable "archive_after_days" {
  description = "When objects move to Glacier Instant Retrieval; null: never."
  type        = number
  default     = null
}

variable "expire_after_days" {
  description = "When objects are hidden, and after how long as noncurrent versions they are deleted; null: never."
  type        = number
  default     = null
}

variable "object_lock_days" {
  description = "How long nobody may delete or overwrite a version; null: no lock. It can be set at creation only."
  type        = number
  default     = null
}
