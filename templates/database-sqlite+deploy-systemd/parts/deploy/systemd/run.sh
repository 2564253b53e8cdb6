#= state
  --property=StateDirectory=<% name_label %> --property=StateDirectoryMode=0700 \
