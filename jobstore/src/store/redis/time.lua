-- What the time is. The answer: nothing else.
return { NOW }
