-- Null: every scan of the period was taken back.
alter table check_in alter column last_at drop not null;
