variable "account_id" {
  description = "The account whose IAM policies decide about the keys."
  type        = string
  nullable    = false
}

variable "region" {
  description = "The region of logs and alarms that use the keys."
  type        = string
  nullable    = false
}

variable "deletion_window_days" {
  description = "How long a key that is scheduled for deletion can still be saved."
  type        = number
  nullable    = false
}
