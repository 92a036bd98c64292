variable "name" {
  description = "The bucket's name."
  type        = string
  nullable    = false
}

variable "account_id" {
  description = "The account whose buckets are logged."
  type        = string
  nullable    = false
}

variable "source_buckets" {
  description = "The names of the buckets whose access is logged, each under its own prefix."
  type        = list(string)
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

variable "expire_after_days" {
  description = "When access logs are deleted."
  type        = number
  nullable    = false
}
