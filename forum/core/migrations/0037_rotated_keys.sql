-- Signing keys that follow each other: which is the newest, and from when on it signs.

-- `turn` counts the keys that were ever made: an id is that of another key once its key was retired
-- and no other id was free. What is signed before `signs_from` is signed by the key before.
alter table signing_key
    add column turn       integer,
    add column signs_from timestamptz;

update signing_key set turn = id, signs_from = '1970-01-01 00:00:00+00';

alter table signing_key
    alter column turn set not null,
    alter column signs_from set not null,
    add constraint signing_key_turn_key unique (turn);
