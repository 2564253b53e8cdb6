-- The generic cell rate algorithm of quota.rs. KEYS[1] a client, ARGV[1] requests, ARGV[2] their period; `now` and all
-- times are microseconds. Lua's numbers are exact up to 2^53, far beyond any of these.
local interval = math.floor(ARGV[2] / ARGV[1])
local burst = interval * ARGV[1]
-- When the client's quota is whole again; no later than it can be, should the clock or the quota have been changed.
local whole = tonumber(redis.call('GET', KEYS[1])) or now
whole = math.min(math.max(whole, now), now + burst)
local after = whole + interval
local reset = after - now
if reset > burst then
  return { 0, 0, reset - burst, whole - now }
end
-- Forgotten once it is whole, which says the same.
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil(reset / 1000))
return { 1, math.floor((burst - reset) / interval), 0, reset }
