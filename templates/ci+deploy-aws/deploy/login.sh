#!/bin/sh
# Exchanges the identity token of a CI job, on the standard input, for credentials that are valid for an hour. No credential of
# AWS is stored in CI.
#
#   AWS_ROLE_ARN                  the role to take
#   AWS_SHARED_CREDENTIALS_FILE   the file that gets the credentials
set -eu
umask 077

role=${AWS_ROLE_ARN:?the role of deploys} file=${AWS_SHARED_CREDENTIALS_FILE:?the file for the credentials}
# The AWS CLI would read these two for each command, after the token has expired.
unset AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE
token=$(mktemp)
trap 'rm -f "$token"' EXIT
cat >"$token"
credentials=$(aws sts assume-role-with-web-identity --role-arn "$role" --role-session-name deploy --duration-seconds 3600 \
  --web-identity-token "file://$token" --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
printf '%s\n' "$credentials" | {
  read -r id secret session
  printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\n' "$id" "$secret" "$session" >"$file"
}
