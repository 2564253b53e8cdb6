-- GENERATED ALWAYS AS IDENTITY: the id of a deleted <% resource.noun %> is never reused.
CREATE TABLE <% resource.name %> (
#~ for column in resource.table
    <% column %>
#~ endfor
);
#~ for column in resource.indexes

-- To find them when what they refer to is deleted.
CREATE INDEX <% resource.name %>_by_<% column %> ON <% resource.name %> (<% column %>);
#~ endfor
