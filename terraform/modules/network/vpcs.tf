# Two VPCs: the functions' and the database's. Nothing in the second has a way out of it.

resource "aws_vpc" "lambda" {
  cidr_block           = var.lambda_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # the interface endpoints' private names need it

  tags = { Name = "rowledger-lambda" }
}

resource "aws_vpc" "database" {
  cidr_block           = var.database_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = "rowledger-database" }
}

# In a VPC's default security group everything may reach everything. Managed here without a rule.
resource "aws_default_security_group" "lambda" {
  vpc_id = aws_vpc.lambda.id
}

resource "aws_default_security_group" "database" {
  vpc_id = aws_vpc.database.id
}

resource "aws_subnet" "private" {
  for_each = local.zone_index

  vpc_id            = aws_vpc.lambda.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.lambda_cidr, 8, 10 + each.value)

  tags = { Name = "rowledger-private-${each.key}" }
}

resource "aws_subnet" "public" {
  for_each = local.zone_index

  vpc_id            = aws_vpc.lambda.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.lambda_cidr, 8, each.value)
  # Only a NAT gateway comes here, and that brings its own address.
  map_public_ip_on_launch = false

  tags = { Name = "rowledger-public-${each.key}" }
}

resource "aws_subnet" "database" {
  for_each = local.zone_index

  vpc_id            = aws_vpc.database.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.database_cidr, 8, 10 + each.value)

  tags = { Name = "rowledger-database-${each.key}" }
}

locals {
  zone_index = { for index, zone in var.availability_zones : zone => index }
}
