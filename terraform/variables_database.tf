variable "database_instance_class" {
  description = "The machine that the database runs on."
  type        = string
  default     = "db.t4g.micro"
  nullable    = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.database_instance_class))
    error_message = "database_instance_class is such as db.t4g.small."
  }
}

variable "database_max_connections" {
  description = "How many connections the server takes: at most what the instance's memory bears, about 100 for each GiB."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.database_max_connections >= 20 && var.database_max_connections <= 5000
    error_message = "database_max_connections is 20 to 5000."
  }
}

variable "database_spare_connections" {
  description = "Connections that are left for people, monitoring and RDS itself."
  type        = number
  default     = 15
  nullable    = false

  validation {
    # RDS keeps three for itself, PostgreSQL three for superusers.
    condition     = var.database_spare_connections >= 8
    error_message = "database_spare_connections is at least 8."
  }
}

variable "database_multi_az" {
  description = "Whether a standby in the other zone takes over when the first one fails."
  type        = bool
  default     = false
  nullable    = false
}

variable "database_storage_gb" {
  description = "The storage that the database starts with."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.database_storage_gb >= 20
    error_message = "database_storage_gb is at least 20, the least of gp3."
  }
}

variable "database_max_storage_gb" {
  description = "What the storage may grow to by itself."
  type        = number
  default     = 100
  nullable    = false

  validation {
    # RDS: a ceiling less than 10 % above the storage lets it never grow.
    condition     = var.database_max_storage_gb >= 1.1 * var.database_storage_gb
    error_message = "database_max_storage_gb is at least a tenth more than database_storage_gb."
  }
}

variable "database_backup_days" {
  description = "How far back the database can be restored to any moment."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.database_backup_days >= 1 && var.database_backup_days <= 35
    error_message = "database_backup_days is 1 to 35."
  }
}

variable "database_apply_immediately" {
  description = "Whether a change that restarts the database does not wait for the maintenance window."
  type        = bool
  default     = false
  nullable    = false
}

variable "database_log_retention_days" {
  description = "How long the database's own logs are kept; one of CloudWatch's numbers."
  type        = number
  default     = 30
  nullable    = false
}

variable "database_master_username" {
  description = "The database's master, whom only the administrator acts as."
  type        = string
  default     = "rowledger_master"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_master_username)) && !contains(["admin", "postgres", "rdsadmin"], var.database_master_username)
    error_message = "database_master_username is a name that RDS takes: lower-case letters, digits and underscores, and none of its own."
  }
}

variable "database_master_password" {
  description = "Only where platform.managed_master_secret is false. Ephemeral: neither plan nor state holds it."
  type        = string
  ephemeral   = true
  sensitive   = true
  default     = null
}

variable "database_address" {
  description = "Only where RDS does not say (the local emulator): host:port that the database is reached at."
  type        = string
  default     = null

  validation {
    condition     = var.database_address == null ? true : can(regex("^[^:/]+:[0-9]+$", var.database_address))
    error_message = "database_address is host:port, or null."
  }
}

variable "rotation_days" {
  description = "How often Secrets Manager has the functions' password changed; 0: never. 0 at the very first apply too: a secret without a version cannot be rotated, and the administrator writes the first one."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.rotation_days >= 0 && var.rotation_days <= 1000
    error_message = "rotation_days is 1 to 1000, or 0."
  }
}

variable "secret_recovery_days" {
  description = "How long a deleted secret can be restored, and its name not be used again; 0: not at all."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "secret_recovery_days is 0, or 7 to 30."
  }
}

variable "deletion_protection" {
  description = "Whether the database cannot be destroyed. Where it can, destroying it leaves no snapshot."
  type        = bool
  default     = true
  nullable    = false
}

variable "key_deletion_window_days" {
  description = "How long a key that is scheduled for deletion can be saved, with everything that it encrypts."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.key_deletion_window_days >= 7 && var.key_deletion_window_days <= 30
    error_message = "key_deletion_window_days is 7 to 30."
  }
}
