-- Take places in time and channel slots for a batch of calls, under all of their limits at once.
--
-- ARGV[1]: JSON {scopes: [{name, interval_us, channels}], calls: [[token, [scope index, …]], …], horizon_us}
-- Returns {now_us, granted or denied per call}: a place is microseconds of Redis TIME; a denial is "pace" or the
-- name of the scope that has no channel left.
--
-- State: limits:next (hash, scope -> first free place), limits:slots:<scope> (set of tokens), limits:scopes (names),
-- limits:rebuilt (hash: run_id under which the slots were loaded from the database, floor: no place before it).

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

-- A restarted, flushed, promoted or restored Redis knows nothing of the calls that are up: refuse until rebuilt.
local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local rebuilt = redis.call('HMGET', 'limits:rebuilt', 'run_id', 'floor', 'seen')
if rebuilt[1] ~= run_id or now < tonumber(rebuilt[3] or 0) - 1000000 then
    return redis.error_reply('STALE limits must be rebuilt')
end
redis.call('HSET', 'limits:rebuilt', 'seen', string.format('%.0f', now))

local request = cjson.decode(ARGV[1])
local floor = tonumber(rebuilt[2])
local next_place, free = {}, {}
for i, scope in ipairs(request.scopes) do
    next_place[i] = tonumber(redis.call('HGET', 'limits:next', scope.name) or 0)
    free[i] = scope.channels - redis.call('SCARD', 'limits:slots:' .. scope.name)
    redis.call('SADD', 'limits:scopes', scope.name)
end

local answer = {string.format('%.0f', now)}
for _, call in ipairs(request.calls) do
    local token, scopes = call[1], call[2]
    local place, full = math.max(now, floor), nil
    for _, i in ipairs(scopes) do
        place = math.max(place, next_place[i])
        if free[i] <= 0 then full = full or request.scopes[i].name end
    end
    if full then
        answer[#answer + 1] = full
    elseif place - now > request.horizon_us then
        answer[#answer + 1] = 'pace'
    else
        for _, i in ipairs(scopes) do
            local scope = request.scopes[i]
            next_place[i] = place + scope.interval_us
            free[i] = free[i] - 1
            redis.call('HSET', 'limits:next', scope.name, string.format('%.0f', next_place[i]))
            redis.call('SADD', 'limits:slots:' .. scope.name, token)
        end
        answer[#answer + 1] = string.format('%.0f', place)
    end
end
return answer
