variable "account_id" {
  description = "The account that owns the bucket."
  type        = string
  nullable    = false
}

variable "bucket" {
  description = "The name of the bucket that files land in."
  type        = string
  nullable    = false
}

variable "bucket_arn" {
  description = "Its ARN."
  type        = string
  nullable    = false
}

variable "events" {
  description = "The S3 events that invoke the function."
  type        = list(string)
  nullable    = false
}

variable "function_name" {
  description = "The function's name."
  type        = string
  nullable    = false
}

variable "qualifier" {
  description = "The alias that is invoked."
  type        = string
  nullable    = false
}

variable "invoked_arn" {
  description = "The ARN of what is invoked."
  type        = string
  nullable    = false
}
