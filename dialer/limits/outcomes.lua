-- What became of a trunk's calls, on Redis TIME: trouble slows it down, and time alone makes it recover.
--
-- ARGV[1]: JSON {scope, good, bad, forget_us, trouble, least_bad, cut, floor, settle_us, recovery_us}
-- Returns the trunk's present share of its pace, in thousandths.
--
-- State: limits:slow:<scope> (hash: good and bad, which fade with age; at: when they were counted; factor: the share of
-- the pace that was left at `cut_at`). take.lua reads the factor.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local request = cjson.decode(ARGV[1])
local key = 'limits:slow:' .. request.scope
local saved = redis.call('HMGET', key, 'good', 'bad', 'at', 'factor', 'cut_at')
local function number(value) return string.format('%.6f', value) end

local fade = 0.5 ^ ((now - tonumber(saved[3] or now)) / request.forget_us)
local good = tonumber(saved[1] or 0) * fade + request.good
local bad = tonumber(saved[2] or 0) * fade + request.bad
local factor, cut_at = tonumber(saved[4] or 1), tonumber(saved[5] or 0)
factor = math.min(1, factor + (now - cut_at) / request.recovery_us)

if bad >= request.least_bad and bad >= request.trouble * (good + bad) and request.bad > 0
    and now - cut_at >= request.settle_us then
    -- What is under way was sent at the old pace: it says nothing about the new one.
    factor, cut_at = math.max(request.floor, factor * request.cut), now
    redis.call('HSET', key, 'factor', number(factor), 'cut_at', string.format('%.0f', now))
end
redis.call('HSET', key, 'good', number(good), 'bad', number(bad), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', key, string.format('%.0f', request.recovery_us / 1000 + 60000))
return math.floor(factor * 1000)
