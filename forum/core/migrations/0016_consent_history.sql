-- Consent given again after it was withdrawn: every giving stays, so that it can be shown (GDPR, article 7).

-- `number` counts the times that a person agreed to a purpose; the one in force is not withdrawn.
alter table consent
    drop constraint consent_pkey,
    add column number smallint not null default 1,
    add primary key (edition_id, registration_id, purpose, number),
    add constraint consent_number_positive check (number > 0);
create unique index consent_in_force on consent (edition_id, registration_id, purpose)
    where withdrawn_at is null;
