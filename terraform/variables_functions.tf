variable "package" {
  description = "The path of the functions' package, which make package builds together with a manifest."
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
  validation {
    # Checked here too, as a function that refuses its settings does so only once it is in service.
    condition = alltrue([
      for setting in local.settings :
      setting.type == "integer" ? can(regex("^[0-9]*[1-9][0-9]*$", var.settings[setting.name])) && tonumber(var.settings[setting.name]) <= try(setting.maximum, tonumber(var.settings[setting.name]))
      : setting.type == "boolean" ? contains(["true", "false"], var.settings[setting.name])
      : setting.type == "choice" ? contains(setting.choices, var.settings[setting.name])
      : true
      # The functions take an empty value for an absent one.
      if lookup(var.settings, setting.name, "") != ""
    ])
    error_message = "settings has a value that contract/settings.json does not allow: a whole number above 0 that is not above its maximum, true or false, or one of the choices."
  }
}

variable "processor_concurrency" {
  description = "How many csv-processors may run at once. Each holds one connection to the database. null: as many as contract/pipeline.json says, which the local stack takes too."
  type        = number
  default     = null

  validation {
    condition     = var.processor_concurrency == null ? true : var.processor_concurrency >= 1 && floor(var.processor_concurrency) == var.processor_concurrency
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

variable "ledger_reader_concurrency" {
  description = "How many commands may ask the ledger at once. Each holds a connection to the database."
  type        = number
  default     = 5

  validation {
    condition     = var.ledger_reader_concurrency >= 1 && floor(var.ledger_reader_concurrency) == var.ledger_reader_concurrency
    error_message = "ledger_reader_concurrency is a whole number above 0."
  }
}
