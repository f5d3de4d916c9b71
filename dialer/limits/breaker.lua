-- The circuit breakers of some scopes, on Redis TIME.
-- ARGV: operation, threshold, shortest pause (us), longest pause (us), scope, …
--
-- ask     -> 'closed': dial; 'open': don't; 'probe': one call may go, and this caller has it, for all of the scopes
-- look    -> a list, for each scope: 'closed', 'open', or 'probe': its pause is over, or a probe is under way
-- failure -> counts; at the threshold, or when a probe fails, it opens, each time for twice as long
-- success -> closes
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function micros(value) return string.format('%.0f', value) end

local function read(scope)
    local key = 'breaker:' .. scope
    local saved = redis.call('HMGET', key, 'failures', 'open_until', 'pause', 'probing')
    return {key = key, failures = tonumber(saved[1] or 0), open_until = tonumber(saved[2] or 0),
        pause = tonumber(saved[3] or 0), probing = saved[4] == '1'}
end

local function fail(breaker)
    local failures = breaker.failures + 1
    redis.call('HSET', breaker.key, 'failures', failures)
    -- While it is open, failures of calls that were under way before say nothing new.
    if (breaker.open_until == 0 and failures >= tonumber(ARGV[2])) or breaker.probing then
        local pause = math.min(math.max(breaker.pause * 2, tonumber(ARGV[3])), tonumber(ARGV[4]))
        redis.call('HSET', breaker.key, 'pause', micros(pause), 'open_until', micros(now + pause), 'probing', 0)
    end
end

local breakers = {}
for n = 5, #ARGV do breakers[#breakers + 1] = read(ARGV[n]) end

if ARGV[1] == 'ask' then
    -- All or none: a probe that another scope's pause forbids is not used up.
    local answer = 'closed'
    for _, breaker in ipairs(breakers) do
        if now < breaker.open_until then return 'open' end
        if breaker.open_until > 0 then answer = 'probe' end
    end
    for _, breaker in ipairs(breakers) do
        if breaker.open_until > 0 then
            -- A probe that dies without a word is followed by another after the same pause.
            redis.call('HSET', breaker.key, 'probing', 1, 'open_until', micros(now + breaker.pause))
        end
    end
    return answer
elseif ARGV[1] == 'look' then
    local states = {}
    for n, breaker in ipairs(breakers) do
        local is_open = now < breaker.open_until and not breaker.probing
        states[n] = breaker.open_until == 0 and 'closed' or is_open and 'open' or 'probe'
    end
    return states
end
for _, breaker in ipairs(breakers) do
    if ARGV[1] == 'failure' then fail(breaker) else redis.call('DEL', breaker.key) end
end
return 'counted'
