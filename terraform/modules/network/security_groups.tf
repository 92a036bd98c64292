# Groups without rules, and each rule by itself: groups may then name one another, and a rule that
# is added by hand shows in the plan.

resource "aws_security_group" "functions" {
  #checkov:skip=CKV2_AWS_5:the functions wear it (modules/function), which the check does not see from here
  name        = "rowledger-functions"
  description = "The Lambda functions"
  vpc_id      = aws_vpc.lambda.id

  tags = { Name = "rowledger-functions" }
}

resource "aws_security_group" "endpoints" {
  name        = "rowledger-endpoints"
  description = "The interface endpoints"
  vpc_id      = aws_vpc.lambda.id

  tags = { Name = "rowledger-endpoints" }
}

resource "aws_security_group" "database" {
  #checkov:skip=CKV2_AWS_5:the database instance wears it (modules/database), which the check does not see from here
  name        = "rowledger-database"
  description = "The database"
  vpc_id      = aws_vpc.database.id

  tags = { Name = "rowledger-database" }
}

resource "aws_vpc_security_group_egress_rule" "functions_to_endpoints" {
  security_group_id            = aws_security_group.functions.id
  description                  = "Secrets Manager and SNS"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.endpoints.id
}

resource "aws_vpc_security_group_ingress_rule" "endpoints_from_functions" {
  security_group_id            = aws_security_group.endpoints.id
  description                  = "The functions"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.functions.id
}

resource "aws_vpc_security_group_egress_rule" "functions_to_s3" {
  count = var.s3_prefix_list_rule ? 1 : 0

  security_group_id = aws_security_group.functions.id
  description       = "S3, through its gateway endpoint"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
}

# A rule may name a group of the peered VPC once the peering is active.
resource "aws_vpc_security_group_egress_rule" "functions_to_database" {
  security_group_id            = aws_security_group.functions.id
  description                  = "PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
  referenced_security_group_id = aws_security_group.database.id

  depends_on = [aws_vpc_peering_connection.this]
}

resource "aws_vpc_security_group_ingress_rule" "database_from_functions" {
  security_group_id            = aws_security_group.database.id
  description                  = "The functions"
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
  referenced_security_group_id = aws_security_group.functions.id

  depends_on = [aws_vpc_peering_connection.this]
}

resource "aws_vpc_security_group_egress_rule" "functions_to_internet" {
  count = var.nat_gateway ? 1 : 0

  security_group_id = aws_security_group.functions.id
  description       = "HTTPS through the NAT gateway"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}
