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
  description = "Tags on everything, besides Project and Environment."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "permissions_boundary" {
  description = "The policy that every role made here carries as its boundary (bootstrap/ makes one); null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:aws:iam::${var.account_id}:policy/[A-Za-z0-9+=,.@_/-]+$", var.permissions_boundary))
    error_message = "permissions_boundary is the ARN of an IAM policy of account_id, or null."
  }
}

# --- Notifications

variable "notification_emails" {
  description = "Who is mailed outcomes and alarms (docs/notifications.md). Each has to confirm once."
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

variable "event_subscriber_accounts" {
  description = "Other AWS accounts that may subscribe queues to the topic for programs, by number (docs/events.md)."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for account in var.event_subscriber_accounts : can(regex("^[0-9]{12}$", account)) && account != var.account_id])
    error_message = "event_subscriber_accounts are account numbers of 12 digits, other than this account's, which needs no entry."
  }
}

variable "runbook_url" {
  description = "The address of docs/runbook.md where your people read it, such as https://github.com/OWNER/NAME/blob/main/docs/runbook.md; each alarm's mail ends in it. null: the path in the repository."
  type        = string
  default     = null

  validation {
    condition     = var.runbook_url == null ? true : can(regex("^https://[^[:space:]#]+$", var.runbook_url))
    error_message = "runbook_url begins with https:// and has no #, or is null."
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

variable "endpoints_in_one_zone" {
  description = "Whether the interface endpoints are in the first zone only, at half their price. If that zone fails, no function works until it is back."
  type        = bool
  default     = false
  nullable    = false
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
    every_metric          = optional(bool, true)
  })
  default  = {}
  nullable = false
}
