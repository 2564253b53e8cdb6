-- The generic cell rate algorithm of quota.rs. KEYS[1] is the client, ARGV[1] the requests, ARGV[2] their period; `now`
-- and all times are in microseconds. Lua's numbers are exact up to 2^53, far beyond any of these.
local interval = math.floor(ARGV[2] / ARGV[1])
local burst = interval * ARGV[1]
-- When the client's quota is full again. A stored time later than this quota allows, left by another clock, is reduced to
-- the latest valid time and stored: otherwise each request would be rejected until that time.
local stored = tonumber(redis.call('GET', KEYS[1])) or now
local full_at = math.min(math.max(stored, now), now + burst)
local next_full_at = full_at + interval
local allowed = next_full_at - now <= burst
local keep = allowed and next_full_at or full_at
if allowed or full_at < stored then
  -- The key expires when the quota is full: a missing key means the same.
  redis.call('SET', KEYS[1], string.format('%.0f', keep), 'PX', math.ceil((keep - now) / 1000))
end
if not allowed then
  return { 0, 0, next_full_at - now - burst, full_at - now }
end
return { 1, math.floor((burst - (next_full_at - now)) / interval), 0, next_full_at - now }
