#= apply
[ "$environment" != production ] || ./alerts.sh | kubectl apply --filename -
