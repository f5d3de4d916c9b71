-- The circuit breaker of one scope, on Redis TIME.
-- ARGV: operation, scope, threshold, shortest pause (us), longest pause (us).
--
-- ask     -> 'closed': dial; 'open': don't; 'probe': one call may go, and this caller has it
-- failure -> counts; at the threshold, or when a probe fails, it opens, each time for twice as long
-- success -> closes
local key = 'breaker:' .. ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local saved = redis.call('HMGET', key, 'failures', 'open_until', 'pause', 'probing')
local failures, open_until, pause = tonumber(saved[1] or 0), tonumber(saved[2] or 0), tonumber(saved[3] or 0)

local function micros(value) return string.format('%.0f', value) end

if ARGV[1] == 'ask' then
    if open_until == 0 then return 'closed' end
    if now < open_until then return 'open' end
    -- A probe that dies without a word is followed by another after the same pause.
    redis.call('HSET', key, 'probing', 1, 'open_until', micros(now + pause))
    return 'probe'
elseif ARGV[1] == 'failure' then
    failures = failures + 1
    redis.call('HSET', key, 'failures', failures)
    -- While it is open, failures of calls that were under way before say nothing new.
    if (open_until == 0 and failures >= tonumber(ARGV[3])) or saved[4] == '1' then
        pause = math.min(math.max(pause * 2, tonumber(ARGV[4])), tonumber(ARGV[5]))
        redis.call('HSET', key, 'pause', micros(pause), 'open_until', micros(now + pause), 'probing', 0)
    end
    return 'counted'
end
redis.call('DEL', key)
return 'closed'
