# Routes stand alone, never inside a table, so that the peering's and the NAT gateway's can come
# and go.

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.lambda.id

  tags = { Name = "rowledger" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.lambda.id

  tags = { Name = "rowledger-public" }
}

resource "aws_route" "public_internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.lambda.id

  tags = { Name = "rowledger-private" }
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}

resource "aws_route_table" "database" {
  vpc_id = aws_vpc.database.id

  tags = { Name = "rowledger-database" }
}

resource "aws_route_table_association" "database" {
  for_each = aws_subnet.database

  subnet_id      = each.value.id
  route_table_id = aws_route_table.database.id
}

# No DNS options: they would turn a public DNS name into a private address, and a database that is
# not publicly accessible has no other address than its private one.
resource "aws_vpc_peering_connection" "this" {
  vpc_id      = aws_vpc.lambda.id
  peer_vpc_id = aws_vpc.database.id
  auto_accept = true # both are ours, in one account and region

  tags = { Name = "rowledger-lambda-to-database" }
}

resource "aws_route" "lambda_to_database" {
  route_table_id            = aws_route_table.private.id
  destination_cidr_block    = aws_vpc.database.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
}

resource "aws_route" "database_to_lambda" {
  route_table_id            = aws_route_table.database.id
  destination_cidr_block    = aws_vpc.lambda.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
}

# Off by default: the pipeline speaks to AWS through endpoints and to nobody else. One gateway, in
# the first zone: it costs as much as the rest of the network, and what would stand still with its
# zone is what somebody adds to the function, not the pipeline.
resource "aws_eip" "nat" {
  #checkov:skip=CKV2_AWS_19:it belongs to the NAT gateway below, which the check does not know
  count = var.nat_gateway ? 1 : 0

  domain = "vpc"

  tags = { Name = "rowledger-nat" }
}

resource "aws_nat_gateway" "this" {
  count = var.nat_gateway ? 1 : 0

  allocation_id = aws_eip.nat[0].id
  subnet_id     = aws_subnet.public[var.availability_zones[0]].id

  tags = { Name = "rowledger" }

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route" "private_internet" {
  count = var.nat_gateway ? 1 : 0

  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[0].id
}
