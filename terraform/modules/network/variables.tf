variable "account_id" {
  description = "The account whose flow logs are written."
  type        = string
  nullable    = false
}

variable "region" {
  description = "The region of VPCs and endpoints."
  type        = string
  nullable    = false
}

variable "availability_zones" {
  description = "The two zones that subnets are made in."
  type        = list(string)
  nullable    = false
}

variable "lambda_cidr" {
  description = "The functions' VPC."
  type        = string
  nullable    = false
}

variable "database_cidr" {
  description = "The database's VPC."
  type        = string
  nullable    = false
}

variable "database_port" {
  description = "The port that the database listens on."
  type        = number
  nullable    = false
}

variable "endpoint_policies" {
  description = "What may be done through each endpoint (JSON)."
  type = object({
    s3             = string
    secretsmanager = string
    sns            = string
  })
  nullable = false
}

variable "endpoints_in_one_zone" {
  description = "Whether the interface endpoints are in the first zone only."
  type        = bool
  nullable    = false
}

variable "nat_gateway" {
  description = "Whether the functions can reach the internet."
  type        = bool
  nullable    = false
}

variable "s3_prefix_list_rule" {
  description = "Whether the functions' way to S3 is opened by a rule to its prefix list."
  type        = bool
  nullable    = false
}

variable "flow_log_retention_days" {
  description = "How long flow logs are kept."
  type        = number
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that flow logs are encrypted with."
  type        = string
  nullable    = false
}

variable "permissions_boundary" {
  description = "The policy that the flow logs' role carries as its boundary; null: none."
  type        = string
  default     = null
}
