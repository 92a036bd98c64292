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
  description = "The region of the state bucket and of the pipeline."
  type        = string
  default     = "us-east-1"
  nullable    = false

  validation {
    condition     = can(regex("^(us|eu|ap|ca|sa|me|af|il|mx)-[a-z]+-[0-9]$", var.aws_region)) && !startswith(var.aws_region, "us-gov-")
    error_message = "aws_region is one of the partition aws, such as eu-central-1."
  }
}

variable "environment" {
  description = "What the account's one deployment is called, here and in terraform/: its state is kept under this name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.environment))
    error_message = "environment is 2 to 20 lower-case letters, digits and hyphens."
  }
  validation {
    condition     = var.environment != "bootstrap"
    error_message = "environment is not bootstrap: that is where the state of this configuration is."
  }
}

variable "bucket_suffix" {
  description = "What follows the pipeline's buckets' names: the same value as in terraform/."
  type        = string
  nullable    = false

  validation {
    condition     = var.bucket_suffix == "" || can(regex("^-[a-z0-9-]{1,40}[a-z0-9]$", var.bucket_suffix))
    error_message = "bucket_suffix is empty, or a hyphen and then 2 to 41 lower-case letters, digits and hyphens, the last no hyphen."
  }
}

variable "tags" {
  description = "Tags on everything, besides Project and Environment."
  type        = map(string)
  default     = {}
  nullable    = false
}

# --- GitHub

variable "plan_subjects" {
  description = "Who may plan: the sub claims of GitHub's tokens, each in full, such as repo:acme/rowledger:pull_request."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.plan_subjects) > 0
    error_message = "plan_subjects names somebody."
  }
  validation {
    condition     = alltrue([for subject in var.plan_subjects : can(regex("^repo:[^*?:/[:space:]]+/[^*?:/[:space:]]+:(pull_request|ref:refs/heads/[^*?[:space:]]+|environment:[^*?[:space:]]+)$", subject))])
    error_message = "plan_subjects are whole sub claims of one repository, without wildcards: repo:OWNER/NAME:pull_request, …:ref:refs/heads/BRANCH or …:environment:NAME."
  }
}

variable "apply_subjects" {
  description = "Who may apply and deploy: the same of jobs in a protected environment, such as repo:acme/rowledger:environment:prod."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.apply_subjects) > 0
    error_message = "apply_subjects names somebody."
  }
  validation {
    # A branch or a pull request has no reviewers of its own; an environment has.
    condition     = alltrue([for subject in var.apply_subjects : can(regex("^repo:[^*?:/[:space:]]+/[^*?:/[:space:]]+:environment:[^*?[:space:]]+$", subject))])
    error_message = "apply_subjects are whole sub claims of environments of one repository, without wildcards: repo:OWNER/NAME:environment:NAME."
  }
}

variable "oidc_provider_arn" {
  description = "The account's GitHub OIDC provider, where it has one already: there can be only one. null: it is made."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_provider_arn == null ? true : var.oidc_provider_arn == "arn:aws:iam::${var.account_id}:oidc-provider/token.actions.githubusercontent.com"
    error_message = "oidc_provider_arn is that of token.actions.githubusercontent.com in account_id, or null."
  }
}

# --- The platform

variable "platform" {
  description = "What an emulator of AWS lacks; env/local.tfvars says why. On AWS this is left alone."
  type = object({
    s3_path_style         = optional(bool, false)
    tls_only              = optional(bool, true)
    managed_master_secret = optional(bool, true)
    unnamed               = optional(set(string), [])
  })
  default  = {}
  nullable = false
}
