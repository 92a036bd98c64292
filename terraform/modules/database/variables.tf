variable "account_id" {
  description = "The account whose monitoring may write."
  type        = string
  nullable    = false
}

variable "region" {
  description = "The region of the database."
  type        = string
  nullable    = false
}

variable "identifier" {
  description = "The instance's name."
  type        = string
  nullable    = false
}

variable "database_name" {
  description = "The database in it."
  type        = string
  nullable    = false
}

variable "port" {
  description = "The port that it listens on."
  type        = number
  nullable    = false
}

variable "instance_class" {
  description = "The machine it runs on."
  type        = string
  nullable    = false
}

variable "max_connections" {
  description = "How many connections the server takes."
  type        = number
  nullable    = false
}

variable "idle_session_timeout_seconds" {
  description = "When the server ends a connection that nobody uses."
  type        = number
  default     = 900
  nullable    = false
}

variable "multi_az" {
  description = "Whether a standby in another zone takes over."
  type        = bool
  nullable    = false
}

variable "allocated_storage_gb" {
  description = "The storage it starts with."
  type        = number
  nullable    = false
}

variable "max_allocated_storage_gb" {
  description = "What storage may grow to by itself."
  type        = number
  nullable    = false
}

variable "backup_retention_days" {
  description = "How far back it can be restored to any moment."
  type        = number
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether it cannot be destroyed; if it can, that leaves no snapshot either."
  type        = bool
  nullable    = false
}

variable "apply_immediately" {
  description = "Whether a change that needs a restart does not wait for the maintenance window."
  type        = bool
  nullable    = false
}

variable "log_retention_days" {
  description = "How long the server's log is kept."
  type        = number
  nullable    = false
}

variable "subnet_ids" {
  description = "The subnets it may be in."
  type        = list(string)
  nullable    = false
}

variable "security_group_id" {
  description = "The security group it is in."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key of storage, logs and the master's secret."
  type        = string
  nullable    = false
}

variable "master_username" {
  description = "The master's name."
  type        = string
  nullable    = false
}

variable "managed_master_secret" {
  description = "Whether RDS makes and keeps the master's password."
  type        = bool
  nullable    = false
}

variable "master_password" {
  description = "The master's password where RDS does not make it."
  type        = string
  ephemeral   = true
  default     = null
}

variable "permissions_boundary" {
  description = "The policy that the monitoring's role carries as its boundary; null: none."
  type        = string
  default     = null
}
