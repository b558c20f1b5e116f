-- A plan has results once, unless they were withdrawn: two notices of the same exam would contradict each other.
CREATE UNIQUE INDEX results_of_plan ON cases (parent) WHERE kind = 'results' AND state <> 'withdrawn';
