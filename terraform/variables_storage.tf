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
  description = "Whether destroying the buckets deletes every file in them; a backup bucket with object lock keeps its own."
  type        = bool
  default     = false
  nullable    = false
}

variable "input_retention_days" {
  description = "When an uploaded file is hidden in the input bucket; it is deleted after as long again. null: never. Reconciliation proves what the bucket still holds."
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
  description = "When a backup is hidden; it is deleted after as long again. null: never."
  type        = number
  default     = null

  validation {
    condition     = var.backup_retention_days == null ? true : var.backup_retention_days > coalesce(var.backup_archive_days, 0)
    error_message = "backup_retention_days is more than backup_archive_days, or null."
  }
  validation {
    # Reconciliation makes a missing backup again for as long as its upload is there, hidden or not.
    # A week more than that, as S3 rounds both terms up to midnight and then takes its time.
    condition     = var.backup_retention_days == null ? true : var.input_retention_days == null ? false : var.backup_retention_days >= 2 * var.input_retention_days + 7
    error_message = "backup_retention_days is at least twice input_retention_days and 7 more, or null: an expired backup of an upload that is still there would be made again."
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
