-- Load the slots of the calls that are open, and nothing else, and let dialing go on after one full window.
--
-- ARGV[1]: JSON [[scope, [token, …]], …]. The caller holds back all claims.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')

for _, scope in ipairs(redis.call('SMEMBERS', 'limits:scopes')) do
    redis.call('DEL', 'limits:slots:' .. scope, 'limits:places:' .. scope)
end
redis.call('DEL', 'limits:scopes')
for _, entry in ipairs(cjson.decode(ARGV[1])) do
    redis.call('SADD', 'limits:scopes', entry[1])
    for _, token in ipairs(entry[2]) do
        redis.call('SADD', 'limits:slots:' .. entry[1], token)
    end
end
redis.call('HSET', 'limits:rebuilt', 'run_id', run_id, 'floor', string.format('%.0f', now + 1000000),
    'seen', string.format('%.0f', now))
return run_id
