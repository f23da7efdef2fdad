-- Which territory or numbered organisation a registration comes from, beside what was written.

alter table registration
    add column organisation_code text
        constraint registration_organisation_code_form check (
            organisation_code ~ '^(COM|ARM|EPCI|EPT|DEP|REG|SIREN|SIRET)-[0-9A-Z]+$'),
    add constraint registration_organisation_code_has_a_name check (
        organisation_code is null or organisation is not null);
