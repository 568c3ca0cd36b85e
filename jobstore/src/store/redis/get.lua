-- One job as it is. ARGV: the id. The answer: the fields of its hash.
return { NOW, call('HGETALL', JOB .. ARGV[HEAD + 1]) }
