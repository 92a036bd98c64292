# --- Where

variable "account_id" {
  description = "The AWS account that this is applied to; credentials of any other are refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is 12 digits."
  }
}

variable "aws_region" {
  description = "The region that everything is in."
  type        = string
  default     = "us-east-1"
  nullable    = false

  validation {
    condition     = can(regex("^(us|eu|ap|ca|sa|me|af|il|mx)-[a-z]+-[0-9]$", var.aws_region)) && !startswith(var.aws_region, "us-gov-")
    error_message = "aws_region is one of the partition aws, such as eu-central-1."
  }
}

variable "availability_zones" {
  description = "The two zones that everything is spread over. Named here and not looked up, so that a zone that AWS adds moves nothing."
  type        = list(string)
  default     = ["us-east-1a", "us-east-1b"]
  nullable    = false

  validation {
    condition     = length(distinct(var.availability_zones)) == 2 && length(var.availability_zones) == 2
    error_message = "availability_zones are two different zones."
  }
  validation {
    condition     = alltrue([for zone in var.availability_zones : startswith(zone, var.aws_region)])
    error_message = "availability_zones are zones of aws_region."
  }
}

variable "environment" {
  description = "What this deployment is called in tags. Names are the contract's and do not carry it: one environment an account and region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.environment))
    error_message = "environment is 2 to 20 lower-case letters, digits and hyphens."
  }
}

variable "tags" {
  description = "Tags on everything, beside Project and Environment."
  type        = map(string)
  default     = {}
  nullable    = false
}

# --- Storage

variable "bucket_suffix" {
  description = "What follows the buckets' names, which must be unique in all of AWS, such as -acme-dev."
  type        = string
  nullable    = false

  validation {
    # The longest name is candidate-test-backup, of 21 characters; S3 takes 63.
    condition     = var.bucket_suffix == "" || can(regex("^-[a-z0-9-]{1,40}[a-z0-9]$", var.bucket_suffix))
    error_message = "bucket_suffix is empty, or a hyphen and then 2 to 41 lower-case letters, digits and hyphens, the last no hyphen."
  }
}

variable "force_destroy" {
  description = "Whether destroying the buckets deletes every file in them."
  type        = bool
  default     = false
  nullable    = false
}

variable "input_retention_days" {
  description = "When an uploaded file is deleted from the input bucket; null: never. Reconciliation proves what the bucket still holds."
  type        = number
  default     = null

  validation {
    # The failure queue keeps an event for 14 days, and its file must still be there.
    condition     = var.input_retention_days == null ? true : var.input_retention_days >= 30
    error_message = "input_retention_days is at least 30, or null."
  }
}

variable "backup_archive_days" {
  description = "When a backup moves to Glacier Instant Retrieval; null: never."
  type        = number
  default     = null

  validation {
    condition     = var.backup_archive_days == null ? true : var.backup_archive_days >= 1
    error_message = "backup_archive_days is at least 1, or null."
  }
}

variable "backup_retention_days" {
  description = "When a backup is deleted; null: never."
  type        = number
  default     = null

  validation {
    condition     = var.backup_retention_days == null ? true : var.backup_retention_days > coalesce(var.backup_archive_days, 0)
    error_message = "backup_retention_days is more than backup_archive_days, or null."
  }
}

variable "backup_object_lock_days" {
  description = "How long nobody may delete or overwrite a backup (governance mode); null: no lock. It can be turned on at the bucket's creation only."
  type        = number
  default     = null

  validation {
    condition     = var.backup_object_lock_days == null ? true : var.backup_object_lock_days >= 1 && var.backup_object_lock_days <= 36500
    error_message = "backup_object_lock_days is 1 to 36500, or null."
  }
  validation {
    condition     = var.backup_object_lock_days == null || !var.force_destroy
    error_message = "A locked backup cannot be deleted by destroying its bucket: with backup_object_lock_days, force_destroy must be false."
  }
}

variable "access_log_retention_days" {
  description = "How long the buckets' access logs are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.access_log_retention_days >= 1
    error_message = "access_log_retention_days is at least 1."
  }
}

# --- Functions

variable "package" {
  description = "The path of the functions' package, which make package builds with a manifest beside it."
  type        = string
  default     = "../build/csv-processor.zip"
  nullable    = false

  validation {
    condition     = fileexists(var.package)
    error_message = "package names no file: build it with make package RDS_CA=file (docs/database.md)."
  }
  validation {
    # Nothing to check it against is needed where the database is on this very machine.
    condition = lookup(var.settings, "ROWLEDGER_DATABASE_TLS", "") == "local" ? true : try(
      jsondecode(file(replace(var.package, "/[.]zip$/", ".json"))).database_ca != null
      && jsondecode(file(replace(var.package, "/[.]zip$/", ".json"))).sha256 == filesha256(var.package),
      false,
    )
    error_message = "package has no manifest beside it that is its own and says which CA certificates are in it: without these no function can reach RDS. Build it with make package RDS_CA=file (docs/database.md)."
  }
}

variable "settings" {
  description = "Settings of the functions that differ from the contract's defaults, by name (contract/settings.json)."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.settings), keys(local.setting_defaults))) == 0
    error_message = "settings names only settings of contract/settings.json that have a default there; what the others are is wired."
  }
}

variable "processor_concurrency" {
  description = "How many csv-processors may run at once. Each holds one connection to the database."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.processor_concurrency >= 1 && floor(var.processor_concurrency) == var.processor_concurrency
    error_message = "processor_concurrency is a whole number, at least 1."
  }
}

variable "account_concurrency" {
  description = "The account's quota of concurrent executions, where it is too low to reserve from (Lambda keeps 100 unreserved; new accounts have 10 in all). Nothing is then reserved, and the quota is the ceiling. null: reserve."
  type        = number
  default     = null

  validation {
    condition     = var.account_concurrency == null ? true : var.account_concurrency >= 3
    error_message = "account_concurrency is at least 3, one for each function, or null."
  }
}

variable "live_versions" {
  description = "The published version that an alias stays at, for a rollback or a deployment in steps; null: the one that the package makes."
  type = object({
    processor  = optional(string)
    reconciler = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for version in values(var.live_versions) : version == null ? true : can(regex("^[1-9][0-9]*$", version))])
    error_message = "live_versions are numbers of published versions."
  }
}

# --- Database

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

# --- Notifications

variable "notification_emails" {
  description = "Who is mailed each outcome and each alarm. Each has to confirm once."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.notification_emails) > 0
    error_message = "notification_emails names somebody: an alarm that nobody hears is none."
  }
  validation {
    condition     = alltrue([for email in var.notification_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", email))])
    error_message = "notification_emails are mail addresses."
  }
}

# --- Network

variable "lambda_vpc_cidr" {
  description = "The functions' VPC."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.lambda_vpc_cidr, 0)) && endswith(var.lambda_vpc_cidr, "/16")
    error_message = "lambda_vpc_cidr is a network of /16."
  }
}

variable "database_vpc_cidr" {
  description = "The database's VPC."
  type        = string
  default     = "10.1.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.database_vpc_cidr, 0)) && endswith(var.database_vpc_cidr, "/16")
    error_message = "database_vpc_cidr is a network of /16."
  }
  validation {
    condition     = try(cidrhost(var.database_vpc_cidr, 0) != cidrhost(var.lambda_vpc_cidr, 0), false)
    error_message = "lambda_vpc_cidr and database_vpc_cidr overlap: peered networks must not."
  }
}

variable "nat_gateway" {
  description = "Whether the functions can reach the internet. The pipeline does not need to."
  type        = bool
  default     = false
  nullable    = false
}

variable "flow_log_retention_days" {
  description = "How long the VPCs' flow logs are kept; one of CloudWatch's numbers."
  type        = number
  default     = 30
  nullable    = false
}

# --- The platform

variable "platform" {
  description = "What an emulator of AWS lacks; env/local.tfvars says why. On AWS this is left alone."
  type = object({
    s3_path_style         = optional(bool, false)
    tls_only              = optional(bool, true)
    managed_master_secret = optional(bool, true)
    s3_prefix_list_rule   = optional(bool, true)
    saved_queries         = optional(bool, true)
    alias_events          = optional(bool, true)
  })
  default  = {}
  nullable = false
}
