-- Devices whose code is changed: a new code may wait while the token of before still counts, and a
-- code that nobody used may be withdrawn.

update device set code_until = null where code_digest is null;

-- `moved`: an organiser said where it stands, and it has not yet said that it knows.
alter table device
    drop constraint device_enrolled_or_not,
    add constraint device_code_ends check ((code_digest is null) = (code_until is null)),
    add column moved boolean not null default false;
