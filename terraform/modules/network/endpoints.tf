# The functions' only ways to AWS. SQS, CloudWatch and X-Ray need none: what goes there, Lambda
# itself sends. Neither does KMS, which S3, SNS and Secrets Manager call themselves.

locals {
  # One interface serves both subnets: its name leads there from either.
  endpoint_zones = var.endpoints_in_one_zone ? slice(var.availability_zones, 0, 1) : var.availability_zones
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.lambda.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private.id]
  policy            = var.endpoint_policies.s3

  tags = { Name = "rowledger-s3" }
}

resource "aws_vpc_endpoint" "secretsmanager" {
  vpc_id              = aws_vpc.lambda.id
  service_name        = "com.amazonaws.${var.region}.secretsmanager"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [for zone in local.endpoint_zones : aws_subnet.private[zone].id]
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  policy              = var.endpoint_policies.secretsmanager

  tags = { Name = "rowledger-secretsmanager" }
}

resource "aws_vpc_endpoint" "sns" {
  vpc_id              = aws_vpc.lambda.id
  service_name        = "com.amazonaws.${var.region}.sns"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [for zone in local.endpoint_zones : aws_subnet.private[zone].id]
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  policy              = var.endpoint_policies.sns

  tags = { Name = "rowledger-sns" }
}
