#= scale
# The first deploy makes one machine. Later ones keep the number that there is.
[ -n "$before" ] || flyctl scale count <% replicas %> --app "$app" --yes >&2 || fail 'not every machine could be made'
