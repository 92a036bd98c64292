# Who can reach whom.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_id              = "123456789012"
  region                  = "us-east-1"
  availability_zones      = ["us-east-1a", "us-east-1b"]
  lambda_cidr             = "10.0.0.0/16"
  database_cidr           = "10.1.0.0/16"
  database_port           = 5432
  endpoint_policies       = { s3 = "{}", secretsmanager = "{}", sns = "{}" }
  endpoints_in_one_zone   = false
  nat_gateway             = false
  s3_prefix_list_rule     = true
  flow_log_retention_days = 30
  kms_key_arn             = "arn:aws:kms:us-east-1:123456789012:key/mock"
}

run "closed" {
  command = apply

  module {
    source = "./modules/network"
  }

  assert {
    condition = (
      aws_route.lambda_to_database.route_table_id == aws_route_table.private.id
      && aws_route.lambda_to_database.destination_cidr_block == "10.1.0.0/16"
      && aws_route.database_to_lambda.route_table_id == aws_route_table.database.id
      && aws_route.database_to_lambda.destination_cidr_block == "10.0.0.0/16"
      && aws_route.lambda_to_database.vpc_peering_connection_id == aws_route.database_to_lambda.vpc_peering_connection_id
    )
    error_message = "the peering has a route each way, on the private tables"
  }
  assert {
    condition     = length(aws_nat_gateway.this) + length(aws_eip.nat) + length(aws_route.private_internet) + length(aws_vpc_security_group_egress_rule.functions_to_internet) == 0
    error_message = "without a NAT gateway nothing leads out"
  }
  assert {
    condition     = aws_internet_gateway.this.vpc_id == aws_vpc.lambda.id && aws_route.public_internet.route_table_id == aws_route_table.public.id
    error_message = "the internet gateway serves the functions' public subnets only"
  }
  assert {
    condition     = alltrue([for subnet in aws_subnet.public : !subnet.map_public_ip_on_launch])
    error_message = "no subnet hands out public addresses"
  }
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.database_from_functions.referenced_security_group_id == aws_security_group.functions.id
      && aws_vpc_security_group_ingress_rule.database_from_functions.security_group_id == aws_security_group.database.id
      && aws_vpc_security_group_ingress_rule.database_from_functions.from_port == 5432
      && aws_vpc_security_group_ingress_rule.database_from_functions.to_port == 5432
    )
    error_message = "the database is reached by the functions only, on its port only"
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.functions_to_s3[0].prefix_list_id == aws_vpc_endpoint.s3.prefix_list_id
    error_message = "the way to S3 is its prefix list"
  }
  assert {
    condition     = aws_vpc_endpoint.s3.route_table_ids == toset([aws_route_table.private.id])
    error_message = "the gateway endpoint is on the private table"
  }
  assert {
    condition     = alltrue([for endpoint in [aws_vpc_endpoint.secretsmanager, aws_vpc_endpoint.sns] : endpoint.private_dns_enabled && endpoint.security_group_ids == toset([aws_security_group.endpoints.id])])
    error_message = "the SDK's usual names lead to the endpoints"
  }
  assert {
    condition     = length(aws_default_security_group.lambda.ingress) + length(aws_default_security_group.database.ingress) == 0
    error_message = "the default security groups allow nothing"
  }
  assert {
    condition     = toset([for log in aws_flow_log.this : log.vpc_id]) == toset([aws_vpc.lambda.id, aws_vpc.database.id])
    error_message = "both VPCs have flow logs"
  }
}

run "endpoints_in_both_zones" {
  command = apply

  module {
    source = "./modules/network"
  }

  assert {
    condition = alltrue([
      for endpoint in [aws_vpc_endpoint.secretsmanager, aws_vpc_endpoint.sns] :
      endpoint.subnet_ids == toset([for subnet in aws_subnet.private : subnet.id])
    ])
    error_message = "one zone may fail"
  }
}

run "endpoints_in_one_zone" {
  command = apply

  variables {
    endpoints_in_one_zone = true
  }

  module {
    source = "./modules/network"
  }

  assert {
    condition = alltrue([
      for endpoint in [aws_vpc_endpoint.secretsmanager, aws_vpc_endpoint.sns] :
      endpoint.subnet_ids == toset([aws_subnet.private["us-east-1a"].id])
    ])
    error_message = "each interface endpoint is in the first zone only"
  }
  assert {
    condition     = aws_vpc_endpoint.s3.route_table_ids == toset([aws_route_table.private.id])
    error_message = "the gateway endpoint has no zone and costs nothing: it serves both subnets"
  }
}

run "with_a_nat_gateway" {
  command = apply

  variables {
    nat_gateway = true
  }

  module {
    source = "./modules/network"
  }

  assert {
    condition     = aws_nat_gateway.this[0].subnet_id == aws_subnet.public["us-east-1a"].id && aws_route.private_internet[0].route_table_id == aws_route_table.private.id
    error_message = "the gateway is in a public subnet and serves the private ones"
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.functions_to_internet[0].from_port == 443
    error_message = "the functions may speak HTTPS to the internet, and nothing else"
  }
}
