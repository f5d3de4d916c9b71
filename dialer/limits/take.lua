-- Take places in time and channel slots for a batch of calls, under all of their limits at once.
--
-- ARGV[1]: JSON {scopes: [{name, interval_us, channels}], calls: [[token, [scope index, …]], …], horizon_us,
-- recovery_us}
-- Returns {now_us, granted or denied per call}: a place is microseconds of Redis TIME; a denial is "pace" or the
-- name of the scope that has no channel left.
--
-- State: limits:places:<scope> (sorted set of the places taken lately or ahead), limits:slots:<scope> (set of tokens),
-- limits:scopes (names), limits:rebuilt (hash: run_id under which the slots were loaded from the database, floor: no
-- place before it, seen: the latest time that was seen).

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function micros(value) return string.format('%.0f', value) end

-- A restarted, flushed, promoted or restored Redis knows nothing of the calls that are up: refuse until rebuilt.
local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local rebuilt = redis.call('HMGET', 'limits:rebuilt', 'run_id', 'floor', 'seen')
if rebuilt[1] ~= run_id or now < tonumber(rebuilt[3] or 0) - 1000000 then
    return redis.error_reply('STALE limits must be rebuilt')
end
redis.call('HSET', 'limits:rebuilt', 'seen', micros(now))

local request = cjson.decode(ARGV[1])
local scopes, horizon = request.scopes, request.horizon_us
local places, free = {}, {}
for i, scope in ipairs(scopes) do
    local key = 'limits:places:' .. scope.name
    places[i] = {}
    if scope.interval_us > 0 then
        -- A trunk in trouble has only a share of its pace left, which grows again with time (outcomes.lua).
        local slow = redis.call('HMGET', 'limits:slow:' .. scope.name, 'factor', 'cut_at')
        if slow[1] then
            local share = math.min(1, tonumber(slow[1]) + (now - tonumber(slow[2])) / request.recovery_us)
            scope.interval_us = math.ceil(scope.interval_us / share)
        end
        redis.call('ZREMRANGEBYSCORE', key, '-inf', micros(now - scope.interval_us))
        for n, place in ipairs(redis.call('ZRANGE', key, 0, -1)) do places[i][n] = tonumber(place) end
    end
    free[i] = scope.channels - redis.call('SCARD', 'limits:slots:' .. scope.name)
    redis.call('SADD', 'limits:scopes', scope.name)
end

-- The position of the first place later than `moment`.
local function first_after(taken, moment)
    local low, high = 1, #taken + 1
    while low < high do
        local middle = math.floor((low + high) / 2)
        if taken[middle] > moment then high = middle else low = middle + 1 end
    end
    return low
end

-- The first moment from `place` on that is an interval away from every place taken, in each of a call's scopes.
-- Gaps are used: a place far ahead, forced by a narrow limit, doesn't use up what a wide one has before it.
local function earliest(indices, place)
    local moved = true
    while moved and place - now <= horizon do
        moved = false
        for _, i in ipairs(indices) do
            local taken, interval = places[i], scopes[i].interval_us
            local n = first_after(taken, place - interval)
            while taken[n] and taken[n] < place + interval do
                place, moved = taken[n] + interval, true
                n = n + 1
            end
        end
    end
    return place
end

-- Calls under the same limits are served in order; of the others, whoever can go first.
local groups, group_of = {}, {}
for n, call in ipairs(request.calls) do
    local name = table.concat(call[2], ',')
    local group = group_of[name]
    if not group then
        group = {indices = call[2], calls = {}, next = 1, place = math.max(now, tonumber(rebuilt[2]))}
        group_of[name] = group
        groups[#groups + 1] = group
    end
    group.calls[#group.calls + 1] = n
end

local answer = {micros(now)}
while true do
    local best
    for _, group in ipairs(groups) do
        if group.calls[group.next] then
            group.place = earliest(group.indices, group.place)
            local full
            for _, i in ipairs(group.indices) do
                if free[i] <= 0 then full = full or scopes[i].name end
            end
            if full or group.place - now > horizon then
                for n = group.next, #group.calls do answer[group.calls[n] + 1] = full or 'pace' end
                group.next = #group.calls + 1
            elseif not best or group.place < best.place
                or (group.place == best.place and group.calls[group.next] < best.calls[best.next]) then
                best = group
            end
        end
    end
    if not best then break end
    local n, place = best.calls[best.next], best.place
    for _, i in ipairs(best.indices) do
        local scope = scopes[i]
        if scope.interval_us > 0 then
            local key = 'limits:places:' .. scope.name
            table.insert(places[i], first_after(places[i], place), place)
            redis.call('ZADD', key, micros(place), micros(place))
            redis.call('PEXPIRE', key, micros((scope.interval_us + horizon) / 1000 + 1000))
        end
        free[i] = free[i] - 1
        redis.call('SADD', 'limits:slots:' .. scope.name, request.calls[n][1])
    end
    answer[n + 1] = micros(place)
    best.next = best.next + 1
end
return answer
