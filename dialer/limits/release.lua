-- Give slots back. ARGV[1]: JSON [[scope, [token, …]], …]. A token that isn't there is no error.
local freed = 0
for _, entry in ipairs(cjson.decode(ARGV[1])) do
    for _, token in ipairs(entry[2]) do
        freed = freed + redis.call('SREM', 'limits:slots:' .. entry[1], token)
    end
end
return freed
