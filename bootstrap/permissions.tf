# What the two roles may do. permissions/*.json says for each type of resource in terraform/ what
# reading it takes (a plan) and what writing it takes (an apply); names.tf says on what. Nothing is
# there that removes a bucket, an object, the database, a key, a secret, the failure queue or a log:
# what holds data is taken down by an administrator.

locals {
  tables = {
    for group in ["functions", "monitoring", "network", "storage"] :
    group => flatten(values(jsondecode(file("${path.module}/permissions/${group}.json"))))
  }

  # Of each group and kind of access: the actions by what they are on.
  actions = {
    for pair in setproduct(keys(local.tables), ["read", "write"]) : "${pair[1]}-${pair[0]}" => {
      for on in distinct([for row in local.tables[pair[0]] : row.on]) : on => sort(distinct(flatten([
        for row in local.tables[pair[0]] : lookup(row, pair[1], []) if row.on == on
      ])))
    }
  }
  policies = {
    for name, actions in local.actions : name => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for on, listed in actions : merge(
          {
            Sid      = replace(title(replace(on, "_", " ")), " ", "")
            Effect   = "Allow"
            Action   = listed
            Resource = contains(var.platform.unnamed, on) ? ["*"] : local.arns[on]
          },
          contains(keys(local.conditions), on) ? { Condition = local.conditions[on] } : {},
        ) if length(listed) > 0 && length(local.arns[on]) > 0
      ]
    })
  }
}

resource "aws_iam_policy" "this" {
  for_each = local.policies

  name        = "rowledger-${each.key}"
  description = "What a plan or an apply of the pipeline takes"
  policy      = each.value
}

resource "aws_iam_role_policy_attachment" "plan" {
  for_each = toset([for name in keys(local.policies) : name if startswith(name, "read-")])

  role       = aws_iam_role.plan.name
  policy_arn = aws_iam_policy.this[each.key].arn
}

resource "aws_iam_role_policy_attachment" "apply" {
  for_each = toset(keys(local.policies))

  role       = aws_iam_role.apply.name
  policy_arn = aws_iam_policy.this[each.key].arn
}

# --- The state

locals {
  state_object_arn = "${local.state_bucket_arn}/${var.environment}/terraform.tfstate"
  state_statements = {
    find = {
      Sid      = "FindTheState"
      Effect   = "Allow"
      Action   = "s3:ListBucket"
      Resource = local.state_bucket_arn
    }
    lock = {
      Sid      = "LockTheState"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = "${local.state_object_arn}.tflock"
    }
    read = {
      Sid      = "ReadTheState"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = local.state_object_arn
    }
    write = {
      Sid      = "WriteTheState"
      Effect   = "Allow"
      Action   = "s3:PutObject"
      Resource = local.state_object_arn
    }
  }
}

resource "aws_iam_role_policy" "plan_state" {
  role = aws_iam_role.plan.name
  name = "state"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for what in ["find", "read"] : local.state_statements[what]]
  })
}

resource "aws_iam_role_policy" "apply_state" {
  role = aws_iam_role.apply.name
  name = "state"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for what in ["find", "lock", "read", "write"] : local.state_statements[what]]
  })
}

# --- rowledger deploy

resource "aws_iam_role_policy" "deploy" {
  role = aws_iam_role.apply.name
  name = "deploy"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # With the permissions to read, publish and move aliases, which an apply has too.
        Sid      = "MigrateAndAsk"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = local.arns.functions
      },
      {
        Sid      = "UploadTheCanary"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${local.input_bucket}/rowledger-canary/*"
      },
      {
        Sid       = "EncryptTheCanary"
        Effect    = "Allow"
        Action    = "kms:GenerateDataKey"
        Resource  = local.key_arns
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.aws_region}.amazonaws.com" } }
      },
    ]
  })
}
