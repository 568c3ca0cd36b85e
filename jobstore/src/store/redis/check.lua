-- Writes something that ends by itself, to see whether that can be done.
call('SET', BASE .. ':check', NOW, 'PX', 1000)
return { NOW }
