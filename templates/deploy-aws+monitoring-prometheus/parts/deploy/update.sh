#= applied
[ "$environment" != production ] || ./alerts.sh "$environment"
