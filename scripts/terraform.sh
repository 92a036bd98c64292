#!/usr/bin/env bash
# Plans an environment, and applies the very plan with the very package.
#
#   scripts/terraform.sh plan ENVIRONMENT [ARGUMENT of terraform plan]…
#   scripts/terraform.sh apply ENVIRONMENT
#   scripts/terraform.sh outputs ENVIRONMENT
#
# plan leaves in build/deploy what apply needs, and what a person reads beforehand. Between the two,
# build/ may be carried to another machine that has the same commit. outputs asks the state.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "make ${action:-plan}: $*" >&2
  exit 1
}

initialise() {
  # The state of another environment may be what was used last: it is left, not moved.
  terraform -chdir=terraform init -input=false -no-color -reconfigure -lockfile=readonly \
    -backend-config="env/$environment.s3.tfbackend" >&2
}

plan() {
  # What an earlier plan left must not be taken for this one's.
  rm -rf "$bundle"
  mkdir -p "$bundle"
  initialise
  # Without the lock, which the plan role could then break: a plan that something overtook is stale,
  # and its apply, which does lock, refuses it.
  terraform -chdir=terraform plan -input=false -no-color -lock=false \
    -var-file="env/$environment.tfvars" -out="$bundle/plan.bin" "$@"
  terraform -chdir=terraform show -no-color "$bundle/plan.bin" > "$bundle/plan.txt"
  terraform -chdir=terraform show -json "$bundle/plan.bin" | "$python" -m rowledger.deployment.planning record "$environment"
}

apply() {
  "$python" -m rowledger.deployment.planning check "$environment"
  initialise
  terraform -chdir=terraform apply -input=false -no-color "$bundle/plan.bin"
  write_outputs
}

write_outputs() {
  mkdir -p "$bundle"
  rm -f "$bundle/outputs.json"
  terraform -chdir=terraform output -json > "$bundle/outputs.json.part"
  mv "$bundle/outputs.json.part" "$bundle/outputs.json"
}

action=${1:-} environment=${2:-}
bundle=$PWD/build/deploy
python=$PWD/.venv/bin/python
# A name is part of the names of files, and of Terraform's arguments.
[[ $environment =~ ^[A-Za-z0-9_-]*$ ]] || fail "ENV names an environment, such as ENV=dev, not a path"
for file in "terraform/env/$environment.tfvars" "terraform/env/$environment.s3.tfbackend"; do
  [[ -n $environment && -f $file ]] || fail "ENV names an environment, such as ENV=dev; there is no $file"
done
# A plan holds every value in full, secret ones too.
umask 077

case $action in
  plan) plan "${@:3}" ;;
  apply) apply ;;
  outputs) initialise && write_outputs ;;
  *) fail "plan, apply or outputs" ;;
esac
