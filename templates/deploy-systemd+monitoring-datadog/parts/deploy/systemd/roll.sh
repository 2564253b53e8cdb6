#= release
  echo "DD_VERSION=$version" >"$new/version.env"
