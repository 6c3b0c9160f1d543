select source_name, sentence, affected_keys, all_keys
from fct_record_warnings
order by affected_keys desc, source_name, sentence
