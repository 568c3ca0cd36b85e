-- How many jobs of a batch there are in each status. ARGV: the batch. The answer: names and numbers.
return { NOW, call('HGETALL', BATCHES .. ARGV[HEAD + 1]) }
